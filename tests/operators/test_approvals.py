"""The tasks of the approvals, executed with the contexts that Airflow gives them."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowSkipException, TaskAwaitingInput
from sqlalchemy import text

from contact_sync.config.loader import load_syncs
from contact_sync.config.options import RemovalGuard
from contact_sync.errors import ConfigError
from contact_sync.operators.approvals import AskOperator, CarryOutOperator, FindQuestionsOperator, run_page, understood
from contact_sync.operators.assets import answers_alias, list_asset, pending_alias, pending_removals_asset
from contact_sync.operators.load import LoadOperator
from contact_sync.operators.run_info import SKIP_KEY, TOLD_KEY
from contact_sync.paths import include_folder
from contact_sync.warehouse.database import Warehouse
from tests.operators.contexts import context
from tests.stages.desk import record
from tests.stages.options_desk import OptionsDesk, deleted

ANN, BEN = {"id": "ann", "name": "ann"}, {"id": "7", "name": ""}


@pytest.fixture
def desk(ready: Warehouse) -> OptionsDesk:
    """Three of four people wait; two may leave without asking."""
    desk = OptionsDesk(ready, load_syncs(include_folder(), only="nightly").syncs["nightly"])
    guard = RemovalGuard(memberships=2, share=0, approval_timeout=5)
    sync = desk.choosing(guard=guard, deleted="remove_from_list")
    desk.take(*(record(each, f"p{each}@mail.example.org") for each in "1234"), sync=sync)
    desk.see(*(deleted(each) for each in "123"), sync=sync)
    return desk


def triggered(*fetch_ids: int, run_id: str = "asset_triggered__1", **changes: Any) -> dict[str, Any]:
    """The context of a run that events of these fetches started."""
    given = context(run_type="asset_triggered", run_id=run_id, dag_id="contact_sync_approvals", **changes)
    given["dag_run"].consumed_asset_events = [SimpleNamespace(extra={"fetch_id": each}) for each in fetch_ids]
    return given


def find(given: dict[str, Any]) -> list[int]:
    return FindQuestionsOperator(task_id="find").execute(given)


def carry_out(given: dict[str, Any], fetch_id: int, **answer: Any) -> dict[str, Any]:
    answer = {"chosen_options": ["Withhold"], "responded_by_user": None, "params_input": {}, **answer}
    return CarryOutOperator(task_id="carry_out", fetch_id=fetch_id, answer=answer).execute(given)


def test_load_tells_of_what_waits_and_of_nothing_else(desk: OptionsDesk) -> None:
    """ADV-8: fetch, sync and number; repeated it tells the same; a preview, and a fetch without any, are silent."""
    told = []
    for run_id, preview in (("manual__1", False), ("manual__2", False), ("manual__2", False), ("manual__2", True)):
        given = context(run_id=run_id)
        desk.execute("UPDATE sync.fetch SET status = 'preview', preview = true WHERE :preview", preview=preview)
        LoadOperator(task_id="load", sync_id="nightly").execute(given)
        told.append(given["outlet_events"][pending_alias()].asset_alias_events)
    assert (told[0], told[3]) == ([], [])
    (event,) = told[1]
    assert event.extra == {"sync_id": "nightly", "fetch_id": desk.last.fetch_id, "removals": 3}
    assert event.dest_asset_key.name == pending_removals_asset().name
    assert told[2] == told[1]


def test_each_fetch_is_asked_about_once_however_many_events(desk: OptionsDesk) -> None:
    """ADV-8: of an event whose removals are decided by now nobody is asked; by hand whatever waits."""
    waiting = desk.last.fetch_id
    assert find(triggered(waiting, waiting, 1)) == [waiting]
    assert find(triggered()) == [waiting]
    with pytest.raises(ConfigError, match="takes no configuration"):
        find(triggered(conf={"fetch_id": 1}))
    given = triggered(1)
    with pytest.raises(AirflowSkipException):
        find(given)
    assert given["ti"].pushed[SKIP_KEY]["reason"] == "nothing_pending"


def test_the_question_is_what_the_stage_says(desk: OptionsDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """ADV-8: its words, the sync's own hours, a link to the run that found them; a second run does not ask."""
    sent: dict[str, Any] = {}
    monkeypatch.setattr(
        "airflow.providers.standard.operators.hitl.upsert_hitl_detail", lambda **each: sent.update(each)
    )
    given = triggered()
    given["task_instance"] = SimpleNamespace(id="7")
    with pytest.raises(TaskAwaitingInput) as parked:
        AskOperator(task_id="ask", fetch_id=desk.last.fetch_id).execute(given)
    assert parked.value.timeout == timedelta(hours=5)
    assert sent["subject"] == "Talent news: 3 people would leave (sync nightly)"
    assert sent["body"].endswith("[The run that found them](/dags/nightly/runs/manual__2)")
    assert (sent["options"], sent["defaults"]) == (["Apply", "Withhold"], ["Withhold"])
    other = triggered(run_id="asset_triggered__2")
    with pytest.raises(AirflowSkipException, match="asked_already"):
        AskOperator(task_id="ask", fetch_id=desk.last.fetch_id).execute(other)
    with pytest.raises(AirflowSkipException):
        find(other)


def test_an_answer_is_carried_out_with_its_user(desk: OptionsDesk) -> None:
    """ADV-8, OPS-9, OPS-13: who and why are kept; the list's asset gets one event; the note says what was done."""
    given, fetch_id = triggered(), desk.last.fetch_id
    params = {"reason": " They left. "}
    done = carry_out(given, fetch_id, chosen_options=["Apply"], responded_by_user=ANN, params_input=params)
    counts = {"people": 3, "dropped": 0, "removed": 3}
    assert done == {"sync_id": "nightly", "fetch_id": fetch_id, "counts": counts, "changed": True}
    (event,) = given["outlet_events"][answers_alias()].asset_alias_events
    assert (event.dest_asset_key.name, event.extra["counts"]) == (list_asset("Talent news").name, counts)
    assert given["ti"].pushed[TOLD_KEY].startswith(f"nightly: approved by ann: 3 people of fetch {fetch_id} left")
    with desk.warehouse.transaction() as connection:
        rows = connection.execute(text("SELECT kind, who, reason FROM sync.act")).all()
    assert [tuple(row) for row in rows] == [("approve", "ann", "They left.")]


def test_a_retry_tells_of_what_the_answer_did(desk: OptionsDesk) -> None:
    """OPS-13, ADV-8: killed between the commit and the event, the next try does nothing and sends that very event; the
    answer of somebody else, or another one, sends none.
    """
    fetch_id, told = desk.last.fetch_id, []
    for answer in ("Apply", "Apply", "Withhold", BEN):
        given = triggered()
        user, chosen = (BEN, "Apply") if answer is BEN else (ANN, str(answer))
        done = carry_out(given, fetch_id, chosen_options=[chosen], responded_by_user=user)
        events = given["outlet_events"][answers_alias()].asset_alias_events
        told.append((done["changed"], [(each.dest_asset_key.name, each.extra) for each in events]))
        assert "approved by ann" in given["ti"].pushed[TOLD_KEY]
    assert [changed for changed, _ in told] == [True, False, False, False]
    assert told[0][1][0][1]["counts"] == {"people": 3, "dropped": 0, "removed": 3}
    assert told[1][1] == told[0][1]
    assert (told[2][1], told[3][1]) == ([], [])
    assert desk.rows("SELECT count(*) FROM sync.act") == [{"count": 1}]


def test_the_default_of_a_question_that_nobody_answered_is_no_answer(desk: OptionsDesk) -> None:
    """ADV-8: Airflow then chooses Withhold by itself; the removals stay pending all the same."""
    given = triggered()
    assert not carry_out(given, desk.last.fetch_id)["changed"]
    assert "nobody answered in time" in given["ti"].pushed[TOLD_KEY]
    assert find(triggered()) == [desk.last.fetch_id]


@pytest.mark.parametrize(
    ("answer", "meant"),
    [
        ({"chosen_options": ["Apply"], "responded_by_user": ANN}, (True, "ann", "answered in Airflow")),
        ({"chosen_options": ["Withhold"], "responded_by_user": BEN, "params_input": {"reason": "x"}},
         (False, "7", "x")),
        ({"chosen_options": ["Apply"], "responded_by_user": None}, (None, "nobody", "answered in Airflow")),
        ({"chosen_options": [], "responded_by_user": ANN}, (False, "ann", "answered in Airflow")),
    ],
)  # fmt: skip
def test_an_answer_is_understood(answer: dict[str, Any], meant: tuple[bool | None, str, str]) -> None:
    """ADV-8: only a person's Apply applies."""
    assert understood(answer) == meant


def test_the_link_keeps_the_path_of_the_ui(monkeypatch: pytest.MonkeyPatch) -> None:
    """ADV-8: also behind a proxy; run ids are quoted."""
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", "https://data.example.org/airflow/")
    assert run_page("one", "manual__2026-11-22T09:00:00+00:00") == (
        "/airflow/dags/one/runs/manual__2026-11-22T09%3A00%3A00%2B00%3A00"
    )
