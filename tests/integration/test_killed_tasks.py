"""Tasks killed with SIGKILL in the middle of their work, under the real scheduler, and tried again by Airflow."""

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

from include.local.processes import alive
from include.local.rest import Run
from tests.integration.conftest import BY_HAND
from tests.integration.processes import holders, title
from tests.integration.whole import CANDIDATES, Whole, until
from tests.stages.snapshot import differences, snapshot

Standing = dict[str, Counter[tuple[Any, ...]]]
OWN_TO_A_RUN = {"run_id", "at", "enabled_since", "push_id"}
"""Its name, and when and in which order its people were pushed: what two runs that did the same do not share."""
LATE_PAGE = CANDIDATES // 200 + 1
FRAME = 4_000
NEEDED_LATE = {"classify": "contacts.suppression", "load": "sync.ledger"}
"""A table that no stage before this one touches, and this one only when a good part of its work is done: it may be
held from the beginning of the run.
"""


@dataclass(frozen=True)
class Undisturbed:
    """A run that nobody killed, and what it left in the warehouse."""

    run: Run
    standing: Standing


def standing(whole: Whole) -> Standing:
    """Everything in the warehouse but what was asked of Zoho, comparable between runs."""
    return {name: _comparable(rows) for name, rows in snapshot(whole.warehouse).items()}


def _comparable(rows: Counter[tuple[Any, ...]]) -> Counter[tuple[Any, ...]]:
    found: Counter[tuple[Any, ...]] = Counter()
    for row, count in rows.items():
        found[tuple(pair for pair in row if pair[0] not in OWN_TO_A_RUN)] += count
    return found


@pytest.fixture(scope="module")
def undisturbed(whole: Whole) -> Undisturbed:
    """What every killed run has to equal."""
    whole.begin_anew()
    run = whole.succeed(whole.api.start(BY_HAND, dag_run_id="undisturbed", run_after=datetime.now(UTC).isoformat()))
    return Undisturbed(run, standing(whole))


@contextmanager
def slow_page(whole: Whole) -> Iterator[Callable[[], int | None]]:
    """Extract waits for a late page, with a first frame staged; its process is the sandbox's one client."""
    path = "/recruit/v2/Candidates?"
    whole.control("POST", "faults", {"kind": "slow", "path": path, "nth": LATE_PAGE, "seconds": 45})

    def waiting() -> int | None:
        if whole.control("GET", "faults"):
            return None
        assert whole.rows("SELECT count(*) AS rows FROM staging.fetch_1")[0]["rows"] >= FRAME
        (pid,) = holders(remote_port=whole.services.addresses.sandbox_port)
        return pid

    yield waiting


@contextmanager
def held_table(whole: Whole, stage: str) -> Iterator[Callable[[], int | None]]:
    """The stage waits for a table amid its transaction; its process is the client of the waiting session."""
    name = f"contact-sync fetch 1 {stage}"

    def waiting() -> int | None:
        sessions = _sessions(whole, name)
        if not any(session["wait_event_type"] == "Lock" for session in sessions):
            return None
        (session,) = sessions
        (pid,) = holders(local_port=session["client_port"])
        return pid

    with psycopg.connect(whole.services.addresses.warehouse_url.replace("+psycopg", "")) as holder:
        holder.execute(f"LOCK TABLE {NEEDED_LATE[stage]} IN ACCESS EXCLUSIVE MODE".encode())
        yield waiting
        # The server notices by itself that its client is gone, and lets go of what that held.
        until(lambda: not _sessions(whole, name), "the dead task's session is ended", 15)
        holder.rollback()


def _sessions(whole: Whole, name: str) -> list[dict[str, Any]]:
    query = "SELECT client_port, wait_event_type FROM pg_stat_activity WHERE application_name = :name"
    return whole.rows(query, name=name)


def kill(whole: Whole, run: Run, stage: str, waiting: Callable[[], int | None]) -> None:
    """SIGKILL in the middle of a stage of the run; back when Airflow has noticed."""
    pid = until(waiting, f"{stage} is in the middle of its work")
    assert whole.api.tasks(run)[stage]["id"] in title(pid), "this is no process of the task"
    os.kill(pid, signal.SIGKILL)
    killed = time.monotonic()
    until(lambda: not alive(pid), "the process is gone", 10)
    until(lambda: whole.api.tasks(run)[stage]["state"] != "running", "Airflow has noticed", 30)
    print(f"Airflow noticed the death of {stage} after {time.monotonic() - killed:.1f} s")


def test_killed_tasks_are_tried_again_and_the_run_ends_as_if_nothing_had_been(
    whole: Whole, undisturbed: Undisturbed
) -> None:
    """OPS-4: SIGKILL in the middle of extract, of classify and of load, Airflow's own retries, and the end state of all
    tables is the same. One run for all three: each run more would cost `make test` another ten seconds.
    """
    whole.begin_anew()
    with held_table(whole, "load") as in_load:
        with held_table(whole, "classify") as in_classify:
            with slow_page(whole) as in_extract:
                moment = undisturbed.run.run_after.isoformat()
                run = whole.api.start(BY_HAND, dag_run_id="killed", run_after=moment)
                kill(whole, run, "extract", in_extract)
            kill(whole, run, "classify", in_classify)
        kill(whole, run, "load", in_load)
    whole.succeed(run)
    tries = {name: task["try_number"] for name, task in whole.api.tasks(run).items()}
    assert tries == {"extract": 2, "validate": 1, "classify": 2, "load": 2, "push": 1}
    assert differences(undisturbed.standing, standing(whole)) == {}
    assert whole.fetch(run)["read"] > FRAME
