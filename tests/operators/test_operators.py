"""The tasks, executed with the contexts that Airflow gives them, against sandbox and warehouse."""

import json
from typing import Any, ClassVar

import pytest
from airflow.sdk import Asset
from airflow.sdk.exceptions import AirflowSkipException, AirflowTaskTimeout, TaskDeferred
from airflow.triggers.base import BaseTrigger
from sqlalchemy import text

from contact_sync.core.results import Manifest
from contact_sync.core.run import RunInfo
from contact_sync.errors import ConfigError, CredentialsError, Unavailable
from contact_sync.operators.abandoned import record_abandoned_run
from contact_sync.operators.assets import list_asset, sync_alias
from contact_sync.operators.classify import ClassifyOperator
from contact_sync.operators.extract import ExtractOperator
from contact_sync.operators.load import LoadOperator
from contact_sync.operators.push import PushOperator
from contact_sync.operators.stage import StageOperator
from contact_sync.operators.validate import ValidateOperator
from contact_sync.paths import include_folder
from contact_sync.warehouse.database import Warehouse
from tests.operators.conftest import connect, connect_account, write_sync
from tests.operators.contexts import context

OPERATORS = (ExtractOperator, ValidateOperator, ClassifyOperator, LoadOperator, PushOperator)


def run_tasks(upto: type[StageOperator] = PushOperator, **changes: Any) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """What each task returned up to one of them, and the context of the run."""
    given = context(run_type="scheduled", **changes)
    returned = []
    for kind in OPERATORS[: OPERATORS.index(upto) + 1]:
        returned.append(kind(task_id=kind.stage, sync_id=given["dag_run"].dag_id).execute(given))
    return returned, given


def events(given: dict[str, Any], sync_id: str = "nightly") -> list[Any]:
    return given["outlet_events"][sync_alias(sync_id)].asset_alias_events


def history(warehouse: Warehouse) -> list[tuple[str, str | None]]:
    with warehouse.transaction() as connection:
        rows = connection.execute(text("SELECT status, reason FROM sync.import_history ORDER BY fetch_id"))
        return [(row.status, row.reason) for row in rows]


class Failing(StageOperator):
    """A stage that ends as the test says, after whatever the test does to the warehouse."""

    stage: ClassVar[str] = "classify"
    ending: ClassVar[BaseException]
    statement: ClassVar[str] = "SELECT 1"

    def perform(self, run: RunInfo, warehouse: Warehouse, context: Any) -> Manifest:
        with warehouse.transaction() as connection:
            connection.execute(text(self.statement))
        raise self.ending


def failing(ending: BaseException, statement: str = "SELECT 1") -> StageOperator:
    kind = type("Ending", (Failing,), {"ending": ending, "statement": statement})
    return kind(task_id="classify", sync_id="nightly")


def test_a_whole_run_hands_on_ids_and_counts_only(ready: Warehouse) -> None:
    """OUT-16: XCom holds no address, no name, no secret; counters balance."""
    returned, _ = run_tasks()
    assert [manifest["stage"] for manifest in returned] == ["extract", "validate", "classify", "load", "push"]
    assert {manifest["fetch_id"] for manifest in returned} == {returned[0]["fetch_id"]}
    shown = json.dumps(returned)
    assert "@" not in shown
    loaded = returned[3]["counts"]
    duplicate = sum(loaded[f"duplicate_{where}"] for where in ("in_list", "other_list", "no_list"))
    assert loaded["total"] == loaded["new"] + loaded["re_added"] + duplicate + loaded["ignored"]
    assert loaded["new"] > 30
    assert history(ready) == [("succeeded", None)]


def test_the_lists_asset_is_updated_only_if_something_changed(ready: Warehouse) -> None:
    """OPS-13: the first fetch changes the list, the same records again change nothing."""
    returned, given = run_tasks(LoadOperator, run_id="first")
    (event,) = events(given)
    asset = list_asset("Talent news")
    assert (event.dest_asset_key.name, event.dest_asset_key.uri) == (asset.name, asset.uri)
    loaded = returned[3]
    assert event.extra == {key: loaded[key] for key in ("sync_id", "fetch_id", "status", "counts")}
    _, again = run_tasks(LoadOperator, run_id="second")
    assert events(again) == []


def test_a_repeated_load_tells_the_same(ready: Warehouse) -> None:
    """OPS-4, OPS-13: Airflow may have lost the first answer; the second has the same manifest and event."""
    returned, given = run_tasks(LoadOperator)
    given_again = context(run_type="scheduled")
    assert LoadOperator(task_id="load", sync_id="nightly").execute(given_again) == returned[3]
    assert events(given_again) == events(given)


def test_the_event_names_the_list_that_was_loaded(ready: Warehouse) -> None:
    """OPS-13, RET-4: the file names another list since extract; the fetch and its event keep the old one."""
    run_tasks(ClassifyOperator)
    write_sync(list="Another list")
    given = context(run_type="scheduled")
    LoadOperator(task_id="load", sync_id="nightly").execute(given)
    (event,) = events(given)
    assert event.dest_asset_key.name == list_asset("Talent news").name


def test_a_broken_file_stops_extract_but_no_later_task(ready: Warehouse) -> None:
    """LIM-4, RET-4: a clear error that names file, line and key; a fetch under way goes on as it was configured."""
    run_tasks(ExtractOperator, run_id="under way")
    (include_folder() / "syncs" / "nightly.yaml").write_text("name: x\nshedule: {}\n", encoding="utf-8")
    for kind in (ValidateOperator, ClassifyOperator, LoadOperator):
        kind(task_id=kind.stage, sync_id="nightly").execute(context(run_type="scheduled", run_id="under way"))
    assert history(ready)[0] == ("succeeded", None)
    with pytest.raises(ConfigError, match=r"include/syncs/nightly\.yaml:2: shedule.*Did you mean 'schedule'"):
        run_tasks(ExtractOperator, run_id="next")


def test_a_skipped_run_says_why(ready: Warehouse) -> None:
    """LIM-1, OPS-1: a one-time sync that has run; Airflow shows skipped, the history says the reason."""
    write_sync("once", schedule={"frequency": "once"})
    run_tasks(LoadOperator, dag_id="once", run_id="first")
    with pytest.raises(AirflowSkipException, match=r"skipped: completed\. .*contact-sync initiate once"):
        run_tasks(ExtractOperator, dag_id="once", run_id="second")
    assert [status for status, _ in history(ready)] == ["succeeded", "skipped"]


def test_a_failure_is_written_into_the_history_and_raised(
    ready: Warehouse, sandbox: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ACC-3, OPS-1: the error itself reaches Airflow, its text the history; neither holds the token."""
    connect_account(monkeypatch, sandbox, refresh_token="revoked-0000")
    with pytest.raises(CredentialsError, match="refresh token") as caught:
        run_tasks(ExtractOperator)
    assert "revoked-0000" not in str(caught.value)
    ((status, reason),) = history(ready)
    assert status == "failed"
    assert reason.startswith("extract: ")
    assert "refresh token" in reason


@pytest.mark.parametrize("ending", [AirflowTaskTimeout("too long"), ValueError("john@zylker.com")], ids=repr)
def test_time_outs_and_defects_are_written_without_their_text(ready: Warehouse, ending: BaseException) -> None:
    """OPS-1, OUT-16: the class is enough; the text of a foreign error may quote a record."""
    run_tasks(ExtractOperator)
    with pytest.raises(type(ending)):
        failing(ending).execute(context(run_type="scheduled"))
    assert history(ready) == [("failed", f"classify: {type(ending).__name__}")]


def test_a_history_that_cannot_be_written_hides_no_error(ready: Warehouse) -> None:
    """OPS-1: the warehouse broke under the stage; Airflow still sees what happened first."""
    with pytest.raises(ValueError, match="the first error"):
        failing(ValueError("the first error"), "DROP SCHEMA sync CASCADE").execute(context())


def test_a_deferral_is_no_failure(ready: Warehouse) -> None:
    """OPS-1: a task that goes to sleep leaves its fetch running."""
    run_tasks(ExtractOperator)

    class Trigger(BaseTrigger):
        def serialize(self) -> tuple[str, dict[str, Any]]:
            return ("x", {})

        async def run(self) -> Any:
            yield None

    with pytest.raises(TaskDeferred):
        failing(TaskDeferred(trigger=Trigger(), method_name="resume")).execute(context(run_type="scheduled"))
    assert history(ready) == [("running", None)]


def test_an_unreachable_warehouse_is_worth_another_try(ready: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """OPS-4: Unavailable, so that the retry policy waits and tries again."""
    connect(monkeypatch, "contacts_warehouse", conn_type="contacts_warehouse", host="127.0.0.1", port=1, schema="x")
    with pytest.raises(Unavailable):
        run_tasks(ExtractOperator)


def test_a_killed_run_does_not_stay_running(ready: Warehouse) -> None:
    """OPS-1: Airflow calls this for a failed run whose task could say nothing."""
    _, given = run_tasks(ExtractOperator)
    assert history(ready) == [("running", None)]
    record_abandoned_run(given)
    ((status, reason),) = history(ready)
    assert status == "failed"
    assert reason.startswith("extract: ")
    record_abandoned_run(given)
    assert history(ready) == [(status, reason)]


def test_closing_a_run_never_raises(ready: Warehouse, monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    """OPS-1: there is no one to hear it in the DAG processor; the log tells."""
    connect(monkeypatch, "contacts_warehouse", conn_type="contacts_warehouse", host="127.0.0.1", port=1, schema="x")
    record_abandoned_run(context())
    assert "manual__1 of nightly could not be closed in the history: Unavailable" in caplog.text


@pytest.mark.parametrize("name", ["Talent news", "Ünïcode & more/…", "a" * 200])
def test_an_asset_for_every_list_name(name: str) -> None:
    """OPS-13: a name and a URI that Airflow takes, different for different lists."""
    asset = list_asset(name)
    assert isinstance(asset, Asset)
    assert asset.name.isascii()
    assert len(asset.name) <= 1500
    assert list_asset(name) == asset
    assert list_asset(name + " 2").uri != asset.uri
