"""A read by bulk that is killed, refused, kept waiting or deceived: it goes on, begins anew, or fails and says so."""

from dataclasses import replace
from datetime import timedelta

import pytest

from contact_sync.core.run import RunInfo
from contact_sync.errors import ContractBroken, RateLimited, ReadPending
from contact_sync.stages.failures import record_failure
from contact_sync.stages.validate import validate
from contact_sync.zoho.failures import BulkGone, EffectUnknown
from tests.stages.bulk_world import (
    DAILY,
    MOST_STEPS,
    READ,
    a_minute_later,
    by_bulk,
    calls,
    drive,
    fetch_of,
    jobs_of,
    kill_at_steps,
    killed_at,
    staged,
)
from tests.stages.world import World


@pytest.fixture
def world(bulk_world: World) -> World:
    return bulk_world


def test_pauses_grow_while_a_job_runs(world: World) -> None:
    """SRC-12: 2, 4, 8 … 120 seconds; one question each time; a failed task it is not."""
    world.control("POST", "clock", {"now": world.clock().isoformat()})
    world.control("POST", "settings", {"bulk_seconds": 3600})
    run, sync, pauses = world.run_info(DAILY), by_bulk(world), []
    for _ in range(8):
        with pytest.raises(ReadPending, match=r"under way at Zoho; this run looks again in \d+ s") as pending:
            world.extract(run, sync)
        pauses.append(round(pending.value.retry_after or 0))
    assert pauses == [2, 4, 8, 16, 32, 64, 120, 120]
    assert len(calls(world, "GET", READ)) == 7
    assert fetch_of(world, run)["status"] == "running"
    world.control("POST", "clock", {"advance_seconds": 3600})
    world.control("POST", "settings", {"bulk_seconds": 0})
    drive(world, replace(run, started_at=world.clock()), sync)  # the attempts of an hour later
    assert len(calls(world, "POST", READ)) == 3
    # a job's age is no difference between the clocks (RET-7)
    assert fetch_of(world, run)["warnings"] == []


def test_killed_on_the_way(world: World) -> None:
    """OPS-4: at every eighth step; the batch is the same, no job is made twice (all steps: tests/long)."""
    reached = kill_at_steps(world, range(5, MOST_STEPS, 8))
    assert len(reached) > 5


def test_a_job_of_unknown_fate(world: World) -> None:
    """SRC-12: the intent stands; the next attempt makes another job and counts an orphan."""
    world.control("POST", "faults", {"kind": "cut_after", "method": "POST", "path": "/bulk/"})
    run, sync = world.run_info(DAILY), by_bulk(world)
    with pytest.raises(EffectUnknown):
        world.extract(run, sync)
    assert [(job["job_id"], job["state"]) for job in jobs_of(world, run)] == [(None, "INTENDED")]
    drive(world, run, sync)
    assert [job["orphans"] for job in jobs_of(world, run)] == [0, 1, 0, 0]
    (warning,) = fetch_of(world, run)["warnings"]
    assert warning == "1 bulk jobs may have been made that nobody read: credits only, no harm."
    assert len(calls(world, "POST", READ)) == 4


def test_a_job_that_was_refused_is_no_orphan(world: World) -> None:
    """SRC-12: one refused for too many calls was not made; the history tells only of the one whose fate is unknown."""
    limit = {"kind": "status", "status": 429, "code": "TOO_MANY_REQUESTS", "retry_after": 90, "method": "POST"}
    run, sync = world.run_info(DAILY), by_bulk(world)
    for fault, error, orphans in (
        (limit, RateLimited, []),
        ({"kind": "cut_after", "method": "POST"}, EffectUnknown, [0]),
        (limit, RateLimited, [0]),
    ):
        world.control("POST", "faults", {**fault, "path": "/bulk/"})
        with pytest.raises(error):
            world.extract(run, sync)
        assert [job["orphans"] for job in jobs_of(world, run)] == orphans
    drive(world, run, sync)
    assert [job["orphans"] for job in jobs_of(world, run)] == [0, 1, 0, 0]


def test_a_job_that_fails(world: World) -> None:
    """SRC-12: nothing is used of it; the next attempt makes new jobs."""
    world.control("POST", "settings", {"bulk_outcome": "failure"})
    run, sync = world.run_info(DAILY), by_bulk(world)
    with pytest.raises(BulkGone, match=r"bulk job \d+ of Candidates ended in failure"):
        drive(world, run, sync)
    assert jobs_of(world, run) == []
    world.control("POST", "settings", {"bulk_outcome": "completed"})
    drive(world, run, sync)
    assert fetch_of(world, run)["staged_rows"] == len(world.kinds())


def test_a_job_that_never_ends(world: World) -> None:
    """SRC-12: after hours it is given up."""
    world.control("POST", "settings", {"bulk_outcome": "stuck"})
    run, sync = world.run_info(DAILY), by_bulk(world)
    with pytest.raises(ReadPending):
        world.extract(run, sync)
    world.execute("UPDATE sync.bulk_job SET polls = 90")
    with pytest.raises(BulkGone, match="has not ended after 90 questions"):
        world.extract(run, sync)
    assert jobs_of(world, run) == []


def interrupted(world: World, after: str) -> RunInfo:
    """A run whose process was killed right after a call to a path that ends so."""
    run, sync = world.run_info(DAILY), by_bulk(world)
    with pytest.raises(ReadPending):
        world.extract(run, sync)
    with killed_at(after) as steps:
        world.extract(run, sync)
    assert after in steps[-1]
    return run


def test_a_result_that_expired(world: World) -> None:
    """SRC-12: the worker was away for a day; the read begins with new jobs."""
    run, sync = interrupted(world, f"GET {READ}"), by_bulk(world)
    world.control("POST", "clock", {"advance_seconds": 100_000})
    with pytest.raises(BulkGone, match="not there any more"):
        drive(world, run, sync)
    drive(world, run, sync)
    assert fetch_of(world, run)["staged_rows"] == len(world.kinds())


def test_another_number_of_rows_than_the_job_counted(world: World) -> None:
    """SRC-12: fails and does not pass as small; cleared, it begins with new jobs."""
    run, sync = world.run_info(DAILY), by_bulk(world)
    with pytest.raises(ReadPending):
        world.extract(run, sync)
    world.execute("UPDATE sync.bulk_job SET state = 'COMPLETED', count = 151, more_records = false WHERE page = 1")
    with pytest.raises(ContractBroken, match="holds 150 rows and the job says 151"):
        world.extract(run, sync)
    record_failure(run, world.warehouse, "extract", ContractBroken("as told"))
    drive(world, run, sync)
    assert fetch_of(world, run)["staged_rows"] == len(world.kinds())


def test_records_that_left_between_the_pages(world: World) -> None:
    """SRC-12: a deletion moves the first row of the next page out of sight; noticed, and read again."""
    run, sync = world.run_info(DAILY), by_bulk(world)
    with pytest.raises(ReadPending):
        world.extract(run, sync)
    gone = sorted(each["id"] for each in world.kinds())[:2]
    world.control("POST", "records/Candidates/delete", {"ids": gone, "type": "recycle"})
    with pytest.raises(BulkGone, match="records left the source"):
        drive(world, run, sync)
    a_minute_later(world)  # times have whole seconds: in the very second of the deletion nothing would be proved
    drive(world, run, sync)
    assert {row[0] for row in staged(world, run)} == {each["id"] for each in world.kinds()}


def test_a_conversion_between_the_pages(world: World) -> None:
    """SRC-12: where files hold no converted records, one that becomes so moves the rows of later pages; noticed, and
    read again. Somebody new who waits for approval moves nothing.
    """
    world.control("POST", "settings", {"bulk_hidden_records": "left_out"})
    run, sync = world.run_info(DAILY, at=world.clock() + timedelta(minutes=10)), by_bulk(world)
    with pytest.raises(ReadPending):
        world.extract(run, sync)
    first = next(each["id"] for each in world.kinds() if each["approved"] and not each["converted"])
    world.control("POST", "records/Candidates", {"edits": [{"id": first, "$converted": True}]})
    with pytest.raises(BulkGone, match="some were converted or sent for approval"):
        drive(world, run, sync)
    a_minute_later(world)
    with pytest.raises(ReadPending):
        world.extract(run, sync)
    a_minute_later(world)
    new = {"Last_Name": "Newcomer", "Email": "newcomer@zylker.example", "$approved": False}
    world.control("POST", "records/Candidates/add", {"records": [new]})
    everybody = {each["id"] for each in world.kinds()}
    drive(world, run, sync)
    assert len(everybody - {row[0] for row in staged(world, run)}) == 1
    assert len(calls(world, "POST", READ)) == 6


def test_too_many_downloads(world: World) -> None:
    """SRC-12: ten a minute and account, by whomever: waited for, before they are refused and after."""
    run, sync = world.run_info(DAILY), by_bulk(world)
    with pytest.raises(ReadPending):
        world.extract(run, sync)
    fault = {"kind": "status", "status": 429, "code": "TOO_MANY_REQUESTS", "retry_after": 90, "path": "/result"}
    world.control("POST", "faults", fault)
    with pytest.raises(ReadPending) as refused:
        world.extract(run, sync)
    assert refused.value.retry_after == 90
    world.execute(
        "INSERT INTO sync.credit (account, at, method, path, status, rows, cost, seconds) "
        f"SELECT :account, now(), 'GET', '{READ}/7/result', 200, 0, 3, 1 FROM generate_series(1, 10)",
        account=sync.account,
    )
    asked = len(calls(world, "GET", "/result"))
    with pytest.raises(ReadPending) as busy:
        world.extract(run, sync)
    assert (busy.value.retry_after, len(calls(world, "GET", "/result"))) == (20, asked)
    world.execute("UPDATE sync.credit SET at = at - interval '2 minutes'")
    drive(world, run, sync)
    assert fetch_of(world, run)["staged_rows"] == len(world.kinds())


def test_rows_that_vanished_from_staging_are_read_again(world: World) -> None:
    """OPS-4: a cleared run whose batch was pruned meanwhile begins anew."""
    run, sync = interrupted(world, "/result"), by_bulk(world)
    world.execute(f"DROP TABLE staging.fetch_{fetch_of(world, run)['fetch_id']}")
    drive(world, run, sync)
    assert fetch_of(world, run)["staged_rows"] == len(world.kinds())


def test_a_sealed_batch_is_read_anew(world: World) -> None:
    """RET-4: clearing a run from extract asks the source again, with new jobs."""
    run, sync = world.run_info(DAILY), by_bulk(world)
    drive(world, run, sync)
    validate(run, world.warehouse)
    before = [job["job_id"] for job in jobs_of(world, run)]
    drive(world, run, sync)
    after = [job["job_id"] for job in jobs_of(world, run)]
    assert len(calls(world, "POST", READ)) == 6
    assert set(before) & set(after) == {None}
    assert fetch_of(world, run)["staged_rows"] == len(world.kinds())
