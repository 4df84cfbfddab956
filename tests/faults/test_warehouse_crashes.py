"""The warehouse crashes after or in the middle of a stage, or loses a staged batch: the same end, or a refusal.

The crash is the server's (`-m immediate`, recovery from the log); the stages run as Airflow's tasks call them.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest

from contact_sync.core.results import Manifest
from contact_sync.core.run import RunInfo
from contact_sync.errors import StagingLost, Unavailable
from contact_sync.stages.classify import classify
from contact_sync.stages.load import load
from contact_sync.stages.validate import validate
from include.sandbox.server import Sandbox
from tests.faults.conftest import CANDIDATES, MOMENT, CrashServer, fresh_world
from tests.stages.snapshot import differences, snapshot
from tests.stages.world import World

DAILY = "candidates_daily"
STAGES = ("extract", "validate", "classify", "load")
LOCKS = {"classify": "contacts.suppression", "load": "sync.watermark"}
"""What a stage needs when a good part of its work is done."""
Standing = dict[str, Counter[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def undisturbed(crash_server: CrashServer, source: Sandbox) -> Standing:
    """What a run leaves that nothing disturbed."""
    world = fresh_world(crash_server, source, "undisturbed")
    go_on(world, new_run(world))
    return snapshot(world.warehouse)


@pytest.fixture
def world(
    crash_server: CrashServer, source: Sandbox, undisturbed: Standing, request: pytest.FixtureRequest
) -> Iterator[World]:
    """A fresh warehouse of the test's own on the server that crashes."""
    name = "".join(letter if letter.isalnum() else "_" for letter in request.node.name)[-60:]
    yield fresh_world(crash_server, source, name)
    with suppress(psycopg.OperationalError):
        psycopg.connect(crash_server.server.url_of("postgres", driver="")).close()
        return
    crash_server.come_back()  # a test that failed left it down; the next one is not to blame


def new_run(world: World) -> RunInfo:
    """The same run in every warehouse."""
    return world.run_info(DAILY, at=MOMENT, run_id="the run")


def perform(world: World, run: RunInfo, stage: str) -> Manifest:
    """One stage, as its task does it."""
    later = {"validate": validate, "classify": classify, "load": load}
    return world.extract(run) if stage == "extract" else later[stage](run, world.warehouse)


def go_on(world: World, run: RunInfo, first: str = "extract") -> None:
    """The stages from `first` to the last."""
    for stage in STAGES[STAGES.index(first) :]:
        perform(world, run, stage)


def watermarks(world: World) -> list[datetime]:
    return [row["value"] for row in world.rows("SELECT value FROM sync.watermark")]


def nothing_came_true(world: World) -> bool:
    """No watermark, no contact, no ledger."""
    people = world.one("SELECT count(*) FROM contacts.contact") + world.one("SELECT count(*) FROM sync.ledger")
    return people == 0 and watermarks(world) == []


@pytest.mark.parametrize("stage", STAGES)
def test_crash_after_a_stage_changes_nothing(
    crash_server: CrashServer, world: World, undisturbed: Standing, stage: str
) -> None:
    """OPS-4: the server crashes when a stage has ended; the run goes on and ends as if nothing had been."""
    run = new_run(world)
    for each in STAGES[: STAGES.index(stage) + 1]:
        perform(world, run, each)
    crash_server.crash()
    crash_server.come_back()
    if stage == "load":
        assert load(run, world.warehouse).counts["read"] > CANDIDATES - 100
    else:
        assert nothing_came_true(world)
        go_on(world, run, STAGES[STAGES.index(stage) + 1])
    assert differences(undisturbed, snapshot(world.warehouse)) == {}
    assert watermarks(world) == [MOMENT]


@pytest.mark.parametrize("stage", ["extract", "classify", "load"])
def test_crash_in_the_middle_of_a_stage_is_a_passing_error(
    crash_server: CrashServer, world: World, undisturbed: Standing, stage: str
) -> None:
    """OPS-4: the stage fails with an error that Airflow tries again; then all is as if nothing had been."""
    run = new_run(world)
    for each in STAGES[: STAGES.index(stage)]:
        perform(world, run, each)
    in_the_middle = slow_page(world) if stage == "extract" else held_table(world, stage)
    with ThreadPoolExecutor(1) as pool, in_the_middle as reached:
        going: Future[Manifest] = pool.submit(perform, world, run, stage)
        until(reached, going)
        crash_server.crash()
        with pytest.raises(Unavailable, match="warehouse did not answer"):
            going.result(60)
    crash_server.come_back()
    assert nothing_came_true(world)
    go_on(world, run, stage)
    assert differences(undisturbed, snapshot(world.warehouse)) == {}
    assert watermarks(world) == [MOMENT]


@pytest.mark.parametrize(
    ("stage", "loss"),
    [
        ("validate", "DROP TABLE staging.fetch_1"),
        ("classify", "TRUNCATE staging.fetch_1"),
        ("load", "DROP TABLE staging.fetch_1 CASCADE"),
        ("load", "DELETE FROM staging.fetch_1 WHERE record_no = 7"),
    ],
    ids=["table gone", "table empty", "table gone after classify", "one row gone"],
)
def test_lost_staging_is_refused_and_read_again_from_extract(
    world: World, undisturbed: Standing, stage: str, loss: str
) -> None:
    """OPS-4, SRC-12: never less than was sealed: nothing is written, nothing moved, the message says what to do."""
    run = new_run(world)
    for each in STAGES[: STAGES.index(stage)]:
        perform(world, run, each)
    world.execute(loss)
    before = snapshot(world.warehouse)
    with pytest.raises(StagingLost, match=r"the watermark stays\. Clear run the run from extract\.$"):
        perform(world, run, stage)
    assert differences(before, snapshot(world.warehouse)) == {}
    assert nothing_came_true(world)
    go_on(world, run)
    assert differences(undisturbed, snapshot(world.warehouse)) == {}
    assert watermarks(world) == [MOMENT]


def test_lost_decisions_are_made_again(world: World, undisturbed: Standing) -> None:
    """OPS-4: what classify decided is no source of truth: load decides again when it is gone."""
    run = new_run(world)
    for each in STAGES[:3]:
        perform(world, run, each)
    world.execute("DROP TABLE staging.outcome_1")
    load(run, world.warehouse)
    assert differences(undisturbed, snapshot(world.warehouse)) == {}


@contextmanager
def slow_page(world: World) -> Iterator[Callable[[], bool]]:
    """Extract waits for its last page, with a first frame staged."""
    page = -(-CANDIDATES // 200)
    fault = {"kind": "slow", "path": "/recruit/v2/Candidates?", "nth": page, "seconds": 6}
    world.control("POST", "faults", fault)
    yield lambda: world.control("GET", "faults") == [] and world.one("SELECT count(*) FROM staging.fetch_1") > 0


@contextmanager
def held_table(world: World, stage: str) -> Iterator[Callable[[], bool]]:
    """The stage waits for a table that it needs late; the crash ends both sessions."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE application_name = :name AND wait_event_type = 'Lock'"
    holder = psycopg.connect(world.warehouse.engine.url.set(drivername="postgresql").render_as_string(False))
    holder.execute(f"LOCK TABLE {LOCKS[stage]} IN ACCESS EXCLUSIVE MODE".encode())
    yield lambda: bool(world.one(waiting, name=f"contact-sync fetch 1 {stage}"))
    holder.close()


def until(reached: Callable[[], bool], going: "Future[Manifest]", limit: timedelta = timedelta(seconds=60)) -> None:
    """Wait until the stage is where it should be; if it ends before, its own error tells why."""
    deadline = time.monotonic() + limit.total_seconds()
    while not reached():
        if going.done():
            going.result()
            raise AssertionError("the stage ended before it was in the middle")
        assert time.monotonic() < deadline, "the stage never came to the middle"
        time.sleep(0.05)
