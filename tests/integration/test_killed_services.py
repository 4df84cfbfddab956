"""A large read whose Airflow dies twice: the triggerer while it sleeps, the scheduler and its task while it asks.

The sandbox says IN PROGRESS of the read's one bulk job until both are back. One run lives through both deaths: each
run more would cost `make test` another ten seconds.
"""

import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml

from include.local.processes import alive
from include.local.rest import Run
from tests.integration.conftest import BY_HAND
from tests.integration.processes import holders, title
from tests.integration.whole import Whole, until

PEOPLE, MANY = 300, 50
READ = "/recruit/bulk/v2/read"
JOB_SECONDS = 600
"""By the sandbox's clock, which the test moves: far longer than it takes."""


@pytest.fixture
def large(whole: Whole) -> Iterator[None]:
    """More than fifty people are many here, and are read by bulk; afterwards everything is as before the first run."""
    whole.begin_anew()
    whole.control("POST", "reset", {"candidates": PEOPLE})
    whole.control("POST", "settings", {"bulk_seconds": JOB_SECONDS})
    path = whole.include / "organisation.yaml"
    before = path.read_text(encoding="utf-8")
    organisation = yaml.safe_load(before)
    organisation["policies"]["bulk_from"] = MANY
    path.write_text(yaml.safe_dump(organisation, sort_keys=False), encoding="utf-8")
    yield
    path.write_text(before, encoding="utf-8")
    whole.begin_anew()


def extract(whole: Whole, run: Run) -> dict[str, Any]:
    """The task instance as it is now."""
    return whole.api.tasks(run)["extract"]


def jobs(whole: Whole) -> list[dict[str, Any]]:
    """The bulk jobs as the warehouse has them; the hidden records, which are none, have no id."""
    return whole.rows("SELECT job_id, state, orphans FROM sync.bulk_job WHERE job_id IS NOT NULL")


def let_half_the_time_pass(whole: Whole) -> None:
    """Of what the job needs: from ADDED to IN PROGRESS, and from there to COMPLETED."""
    whole.control("POST", "clock", {"advance_seconds": JOB_SECONDS / 2})


def kill_triggerer_asleep(whole: Whole, run: Run) -> None:
    """The triggerer dies while the task sleeps, so that nobody wakes it, and comes back."""
    until(lambda: extract(whole, run)["state"] == "deferred", "the task sleeps while Zoho prepares the file")
    let_half_the_time_pass(whole)
    whole.kill("triggerer")
    until(lambda: extract(whole, run)["state"] == "deferred", "it sleeps again, should it just have been woken")
    whole.control("POST", "faults", {"kind": "slow", "method": "GET", "path": f"{READ}/", "seconds": 45})
    whole.start("triggerer")


def kill_scheduler_asking(whole: Whole, run: Run) -> None:
    """The scheduler, its executor and the process of the task die while it asks how far the job is; all come back."""

    def asking() -> int | None:
        if whole.control("GET", "faults"):
            return None
        (pid,) = holders(remote_port=whole.services.addresses.sandbox_port)
        return pid

    pid = until(asking, "the new triggerer has woken the task, which asks how far the job is")
    attempt = extract(whole, run)
    assert (attempt["state"], attempt["try_number"]) == ("running", 1)
    assert attempt["id"] in title(pid), "this is no process of the task"
    whole.kill("scheduler")
    os.kill(pid, signal.SIGKILL)
    until(lambda: not alive(pid), "the process is gone", 10)
    whole.start("scheduler")


def test_a_large_read_outlives_triggerer_scheduler_and_worker(whole: Whole, large: None) -> None:
    """SRC-12, OPS-4: the new triggerer wakes the task, the new scheduler tries its orphan again; it is one and the same
    job that is read to its end, and everybody arrives.
    """
    conf = {"retrieve": "all", "push": "off"}
    run = whole.api.start(BY_HAND, dag_run_id="outlives", run_after=datetime.now(UTC).isoformat(), conf=conf)
    kill_triggerer_asleep(whole, run)
    (job,) = jobs(whole)
    kill_scheduler_asking(whole, run)
    let_half_the_time_pass(whole)
    whole.succeed(run)
    assert extract(whole, run)["try_number"] == 2
    asked = whole.control("GET", "calls")
    assert sum(call["method"] == "POST" and call["path"].startswith(READ) for call in asked) == 1
    assert jobs(whole) == [{"job_id": job["job_id"], "state": "COMPLETED", "orphans": 0}]
    fetch = whole.fetch(run)
    assert (fetch["read_by"], fetch["proof"]) == ("bulk", "bulk_count")
    # the sandbox's clock was moved on; nothing else is to be said
    assert [text.partition(" are ")[0] for text in fetch["warnings"]] == ["The source's clock and ours"]
    found = whole.rows("SELECT record_id FROM sync.ledger WHERE fetch_id = :id", id=fetch["fetch_id"])
    assert sorted(row["record_id"] for row in found) == sorted(kind["id"] for kind in whole.kinds())
