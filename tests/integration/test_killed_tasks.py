"""Tasks that are killed with SIGKILL in the middle of their work, under the real scheduler, and tried again by Airflow."""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from tests.integration.conftest import BY_HAND
from tests.integration.processes import holders, title
from tests.integration.whole import CANDIDATES, Whole, until
from tests.stages.snapshot import differences, snapshot

from include.local.processes import alive
from include.local.rest import Run

Standing = dict[str, Counter[tuple[Any, ...]]]
OWN_TO_A_RUN = {"run_id", "at", "enabled_since"}
"""Its name, and when its people were pushed: what two runs that did the same do not share."""
LATE_PAGE = CANDIDATES // 200
FRAME = 4_000


@dataclass(frozen=True)
class Undisturbed:
    """A run that nobody killed, and what it left in the warehouse."""

    run: Run
    standing: Standing


def standing(whole: Whole) -> Standing:
    """Everything in the warehouse but what was asked of Zoho, comparable between runs."""
    return {
        name: Counter({_without_own(row): count for row, count in rows.items()})
        for name, rows in snapshot(whole.warehouse).items()
    }


def _without_own(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(pair for pair in row if pair[0] not in OWN_TO_A_RUN)


@pytest.fixture(scope="module")
def undisturbed(whole: Whole) -> Undisturbed:
    """What every killed run has to equal."""
    whole.begin_anew()
    run = whole.succeed(whole.api.start(BY_HAND, dag_run_id="undisturbed", run_after=datetime.now(UTC).isoformat()))
    return Undisturbed(run, standing(whole))


@contextmanager
def slow_page(whole: Whole) -> Iterator[Callable[[], int | None]]:
    """Extract waits for a late page, with a first frame staged; the process is the sandbox's client."""
    path = "/recruit/v2/Candidates?"
    whole.control("POST", "faults", {"kind": "slow", "path": path, "nth": LATE_PAGE, "seconds": 45})

    def waiting() -> int | None:
        if whole.control("GET", "faults"):
            return None
        assert whole.rows("SELECT count(*) AS rows FROM staging.fetch_1") == [{"rows": FRAME}]
        (pid,) = holders(remote_port=whole.services.addresses.sandbox_port)
        return pid

    yield waiting


@contextmanager
def held_table(whole: Whole, table: str, stage: str) -> Iterator[Callable[[], int | None]]:
    """The stage waits for a table that it needs late; the process is the client of the session that waits."""
    url = whole.services.addresses.warehouse_url.replace("+psycopg", "")
    with psycopg.connect(url) as holder:
        holder.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE".encode())

        def waiting() -> int | None:
            sessions = _sessions(whole, f"contact-sync fetch 1 {stage}")
            if not any(session["wait_event_type"] == "Lock" for session in sessions):
                return None
            (session,) = sessions
            (pid,) = holders(local_port=session["client_port"])
            return pid

        yield waiting
        # The server notices by itself that its client is gone and lets go of what that held.
        until(lambda: not _sessions(whole, f"contact-sync fetch 1 {stage}"), "the dead task's session is ended", 15)
        holder.rollback()


def _sessions(whole: Whole, name: str) -> list[dict[str, Any]]:
    query = "SELECT client_port, wait_event_type FROM pg_stat_activity WHERE application_name = :name"
    return whole.rows(query, name=name)


@contextmanager
def in_the_middle(whole: Whole, run: Run, stage: str) -> Iterator[Callable[[], int | None]]:
    """Makes the stage stop where half of its work is done."""
    if stage == "extract":
        with slow_page(whole) as waiting:
            yield waiting
        return
    # Nothing before classify reads suppressions; nothing between extract and the end of load touches watermarks.
    table = {"classify": "contacts.suppression", "load": "sync.watermark"}[stage]
    until(lambda: whole.api.tasks(run)["extract"]["state"] == "success", "extract has succeeded")
    with held_table(whole, table, stage) as waiting:
        yield waiting


@pytest.mark.parametrize("stage", ["extract", "classify", "load"])
def test_killed_task_is_tried_again_and_ends_as_if_nothing_had_been(
    whole: Whole, undisturbed: Undisturbed, stage: str, record_property: Callable[[str, object], None]
) -> None:
    """OPS-4: SIGKILL in the middle of a stage, Airflow's own retry, and the end state of all tables is the same."""
    whole.begin_anew()
    # Paused while the fault is laid: the run must not be faster than we are.
    whole.api.pause(BY_HAND, True)
    moment = undisturbed.run.run_after.isoformat()
    run = whole.api.start(BY_HAND, dag_run_id=f"killed_in_{stage}", run_after=moment)
    with _unpaused_within(whole, run, stage) as waiting:
        pid = until(waiting, f"{stage} is in the middle of its work")
        task = whole.api.tasks(run)[stage]
        assert task["id"] in title(pid), "this is no process of the task"
        os.kill(pid, signal.SIGKILL)
        killed = time.monotonic()
        until(lambda: not alive(pid), "the process is gone", 10)
        until(lambda: whole.api.tasks(run)[stage]["state"] != "running", "Airflow has noticed", 60)
        record_property("seconds until Airflow noticed", round(time.monotonic() - killed, 1))
    assert whole.succeed(run).state == "success"
    record_property("seconds from the kill to the end of the run", round(time.monotonic() - killed, 1))
    assert {name: task["try_number"] for name, task in whole.api.tasks(run).items()} == {
        name: 2 if name == stage else 1 for name in ("extract", "validate", "classify", "load", "push")
    }
    assert differences(undisturbed.standing, standing(whole)) == {}
    assert whole.fetch(run)["read"] > FRAME


@contextmanager
def _unpaused_within(whole: Whole, run: Run, stage: str) -> Iterator[Callable[[], int | None]]:
    if stage != "extract":
        whole.api.pause(run.dag_id, False)
    with in_the_middle(whole, run, stage) as waiting:
        whole.api.pause(run.dag_id, False)
        yield waiting
