"""The mass-removal guard's question in a running Airflow: asked once; answered in time, too late, or not at all."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from include.local.airflow import ADMIN
from include.local.errors import LocalError
from include.local.rest import Run
from tests.integration.conftest import by_hand, nightly
from tests.integration.whole import Whole, until

LEAVING = "leaving"
APPROVALS = "contact_sync_approvals"
ASK = "question.ask"


@pytest.fixture(scope="module")
def leaving(whole: Whole) -> Iterator[list[str]]:
    """A sync that may end two memberships without asking, run once; record ids of the people of its list."""
    after = (datetime.now(UTC) - timedelta(days=2)).replace(microsecond=0)
    guard = {"memberships": 2, "share": 0}
    settings = {
        **nightly(),
        "name": "People who leave",
        "list": "Leaving",
        "created": by_hand()["created"],
        "schedule": by_hand()["schedule"],
        "retrieve": {"after": after.isoformat()},
        "options": {"deleted": "remove_from_list", "guard": guard},
    }
    path = whole.write_sync(LEAVING, **settings)
    try:
        until(lambda: {LEAVING, APPROVALS} <= whole.api.dags().keys(), "Airflow has read the sync")
        whole.api.pause(LEAVING, False)
        first = whole.succeed(whole.api.start(LEAVING))
        assert whole.fetch(first)["pending_removals"] == 0
        assert whole.api.runs(APPROVALS) == [], "nobody is asked where nothing waits"
        yield [row["record_id"] for row in members(whole)]
    finally:
        path.unlink()


def members(whole: Whole) -> list[dict[str, Any]]:
    return whole.rows(
        "SELECT link.record_id FROM contacts.membership AS member JOIN contacts.mailing_list AS list USING (list_id) "
        "JOIN contacts.source_link AS link USING (contact_id) "
        "WHERE list.name = 'Leaving' AND member.status = 'subscribed' ORDER BY link.record_id"
    )


def delete_at_source(whole: Whole, record_ids: list[str]) -> None:
    whole.control("POST", "records/Candidates/delete", {"ids": record_ids, "type": "recycle"})


def next_run(whole: Whole, waiting: int) -> tuple[Run, Run]:
    """The next run of the sync, which must end partial with so many removals waiting, and the run that asks."""
    known = {run.run_id for run in whole.api.runs(APPROVALS)}
    run = whole.succeed(whole.api.start(LEAVING))
    fetch = whole.fetch(run)
    assert (fetch["status"], fetch["pending_removals"], fetch["removed"]) == ("partial", waiting, 0)
    return run, new_run(whole, known)


def new_run(whole: Whole, known: set[str]) -> Run:
    """The run of the approvals that came up since."""
    return until(
        lambda: next((run for run in whole.api.runs(APPROVALS) if run.run_id not in known), None), "somebody is asked"
    )


def asked(whole: Whole, run: Run) -> dict[str, Any]:
    """What Airflow shows of the question of a run, once it waits for the answer.

    Airflow 3.3.2 takes a task that is answered before the worker which asked has wound up as failed, and asks again
    later: no person is that quick.
    """
    until(lambda: (whole.api.tasks(run).get(ASK) or {}).get("state") == "awaiting_input", "the question is open")
    log = whole.include.parent / "state" / "logs" / "scheduler.log"
    parked = f"Received executor event with state success for task instance .*'{ASK}', run_id='{re.escape(run.run_id)}'"
    until(lambda: re.search(parked, log.read_text(encoding="utf-8")), "the worker that asked has wound up")
    detail: dict[str, Any] = whole.api._get(_path(run))
    return detail


def respond(whole: Whole, run: Run, option: str, reason: str | None = None) -> Run:
    """The run when the answer is carried out."""
    answer = {"chosen_options": [option], "params_input": {"reason": reason}}
    whole.api._call("PATCH", _path(run), json=answer)
    return whole.succeed(run)


def _path(run: Run) -> str:
    return f"/api/v2/dags/{run.dag_id}/dagRuns/{run.run_id}/taskInstances/{ASK}/0/hitlDetails"


def note(whole: Whole, run: Run) -> str:
    return str(whole.api.detail(run)["note"])


def run_load_again(whole: Whole, run: Run) -> None:
    """Clear load alone of a loaded run."""
    body = {
        "dag_run_id": run.run_id,
        "task_ids": ["load"],
        "dry_run": False,
        "only_failed": False,
        "reset_dag_runs": True,
    }
    whole.api._call("POST", f"/api/v2/dags/{run.dag_id}/clearTaskInstances", json=body)


def let_time_run_out(whole: Whole, run: Run) -> None:
    """As if the hours of the question were over."""
    url = whole.services.addresses.airflow_url.replace("+psycopg2", "")
    with psycopg.connect(url) as connection:
        statement = "UPDATE task_instance SET trigger_timeout = now() WHERE run_id = %s AND state = 'awaiting_input'"
        assert connection.execute(statement, [run.run_id]).rowcount == 1


def acts(whole: Whole) -> list[tuple[Any, ...]]:
    query = "SELECT kind, who, reason, fetch_id FROM sync.act WHERE kind IN ('approve', 'withhold') ORDER BY act_id"
    return [tuple(row.values()) for row in whole.rows(query)]


def test_a_person_is_asked_once_and_the_answer_is_carried_out(whole: Whole, leaving: list[str]) -> None:
    """ADV-8, OPS-9, OPS-13: a run of its own for the question; a repeated load asks nobody twice; the answer is kept
    with Airflow's user and their reason; the list's asset tells; without an answer everybody stays until the next run.
    """
    delete_at_source(whole, leaving[:3])
    run, question = next_run(whole, waiting=3)
    fetch_id = whole.fetch(run)["fetch_id"]
    detail = asked(whole, question)
    assert (detail["options"], detail["defaults"]) == (["Apply", "Withhold"], ["Withhold"])
    assert detail["subject"] == "Leaving: 3 people would leave (sync leaving)"
    assert f"/dags/{LEAVING}/runs/" in detail["body"]
    assert "@" not in detail["subject"] + detail["body"].replace(run.run_id, "")

    run_load_again(whole, run)
    twice = whole.succeed(new_run(whole, {question.run_id}))
    assert note(whole, twice) == f"Skipped: asked_already. See the open question in the run {question.run_id}"

    answered = respond(whole, question, "Apply", "They left the trade.")
    assert acts(whole) == [("approve", ADMIN, "They left the trade.", fetch_id)]
    assert note(whole, answered) == (
        f"Done: {LEAVING}: approved by {ADMIN}: 3 people of fetch {fetch_id} left, 3 memberships of 'Leaving' ended."
    )
    assert [row["record_id"] for row in members(whole)] == leaving[3:]
    (event,) = whole.api.asset_events(answered)
    assert (event["name"], event["extra"]["counts"]) == (
        "mailing_list:Leaving", {"people": 3, "dropped": 0, "removed": 3},
    )  # fmt: skip
    with pytest.raises(LocalError, match="HTTP 409"):
        respond(whole, question, "Withhold")
    told = whole.command("contact_sync", "approve", LEAVING, "--reason", "Once more.")
    assert "no removals of 'leaving' wait for an answer: nothing was done." in told
    assert len(acts(whole)) == 1
