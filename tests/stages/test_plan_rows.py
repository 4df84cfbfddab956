"""A plan is the run itself, rehearsed: the same numbers, nothing left, nobody held up (OPS-2)."""

from collections.abc import Iterator
from threading import Event, Thread
from time import sleep
from typing import Any

import pytest
from sqlalchemy import Connection, text

from contact_sync.config.resolved import ResolvedSync
from contact_sync.errors import BatchRefused, ReadPending
from contact_sync.stages import load
from contact_sync.stages.extract import open_source
from contact_sync.stages.plan_rows import Rehearsed, rehearse_run
from contact_sync.stages.planning import approach, look_ahead
from contact_sync.stages.push import push
from contact_sync.stages.source import Reading, Source, Way
from contact_sync.warehouse import organisation
from contact_sync.warehouse.rehearsal import rehearse
from tests.stages.bulk_world import by_bulk
from tests.stages.snapshot import everything
from tests.stages.test_push import add_member, opened
from tests.stages.test_sources import report_sync
from tests.stages.world import World

DAILY = "candidates_daily"


class Meanwhile:
    """A source; before it is read something happens."""

    def __init__(self, source: Source, happens: Any) -> None:
        self._source = source
        self._happens = happens

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)

    def ways(self, reading: Reading) -> Iterator[Way]:
        self._happens()
        yield from self._source.ways(reading)


def plan(
    world: World, sync: ResolvedSync, happens: Any = lambda: None, pauses: list[float] | None = None, rows: int = 1000
) -> Rehearsed:
    """What the next run of a sync would do. happens: while the source is read."""
    run = world.run_info(sync.sync_id)
    client = world.client(sync.account, None)  # type: ignore[arg-type] # of no fetch

    def pause(pending: ReadPending) -> None:
        (pauses if pauses is not None else []).append(pending.retry_after or 0)

    with rehearse(world.warehouse) as rehearsal:
        outlook = look_ahead(rehearsal, run, sync, None, run.started_at)
        source: Any = Meanwhile(open_source(client, sync, outlook.former), happens)
        return rehearse_run(
            rehearsal,
            run,
            sync,
            outlook,
            source,
            lambda batch: open_source(client, sync, outlook.former, batch),
            lambda account, _: client,
            run.started_at,
            pause=pause,
            rows=rows,
        )


def way_of(world: World, sync: ResolvedSync) -> str:
    """How a plan says that the source would be read."""
    run = world.run_info(sync.sync_id)
    with rehearse(world.warehouse) as rehearsal:
        outlook = look_ahead(rehearsal, run, sync, None, run.started_at)
    source = open_source(world.client(sync.account, None), sync)  # type: ignore[arg-type] # of no fetch
    return approach(source, outlook, outlook.fetch.window).read_by


def ids(world: World, kind: str, most: int) -> list[str]:
    """Candidates of a kind that the sandbox planted."""
    return [each["id"] for each in world.kinds() if each["kind"] == kind][:most]


def optioned(sync: ResolvedSync, **choices: str) -> ResolvedSync:
    return sync.model_copy(update={"options": sync.options.model_copy(update=choices)})


def test_the_numbers_of_the_run_and_no_trace(world: World) -> None:
    """OPS-2: new, changed, deleted, opted out, pushed: every table is as before, and the run then does just that."""
    sync = optioned(world.syncs[DAILY], deleted="remove_from_list", opt_out="remove_from_list")
    world.fetch(DAILY, sync)
    opened(world, add_member(world, "web@example.org"))
    opened(world, add_member(world, "nameless@example.org", last_name=None))
    changed, out, gone, fresh = ids(world, "plain", 4)
    world.edit(changed, City="Atlantis", First_Name="Zoe")
    world.edit(out, Email_Opt_Out=True)
    world.control("POST", "records/Candidates/delete", {"ids": [gone], "type": "recycle"})
    world.edit(fresh, Email="fresh@example.org")
    before = everything(world.warehouse)

    told = plan(world, sync)

    assert everything(world.warehouse) == before
    run = world.run_info(DAILY)
    world.extract(run, sync)
    done = world.finish(run)
    assert (told.status, told.counts) == (done.status, {name: done.counts[name] for name in told.counts})
    assert (told.counts["changed"], told.counts["removed"], told.counts["deleted"]) == (2, 2, 1)
    assert dict(told.updates) == {"city": 1, "email": 1, "first_name": 1}
    assert [(each.reason, each.reach, each.people) for each in told.leaving] == [
        ("deleted", "list", 1),
        ("opted_out", "list", 1),
    ]
    rows = {row.record_id: row for row in told.rows}
    assert rows[changed].fields == ("city", "first_name")
    assert (rows[fresh].fields, rows[fresh].address) == (("email",), "fresh@example.org")
    (pushing,) = told.pushes or ()
    pushed = push(run, world.client, world.warehouse, world.clock()).counts
    assert (pushing.to_push, pushing.credits) == (pushed["pushed"], 4)
    assert dict(pushing.not_pushed)["missing_mandatory"] == pushed["not_pushed"] == 1


def test_a_first_fetch_by_reason(world: World) -> None:
    """OPS-2: nobody has heard of the sync; every reason is counted, and each is among the first rows."""
    before = everything(world.warehouse)
    told = plan(world, world.syncs[DAILY], rows=40)
    assert everything(world.warehouse) == before
    done = world.fetch(DAILY)
    assert told.counts == {name: done.counts[name] for name in told.counts}
    counted = world.rows("SELECT outcome, reason, sub_code, records FROM sync.fetch_reason")
    expected = {(row["outcome"], row["reason"], row["sub_code"]): row["records"] for row in counted}
    assert {(each.outcome, each.reason, each.sub_code): each.records for each in told.reasons} == expected
    shown = {(row.outcome, row.reason, row.sub_code or "") for row in told.rows}
    assert expected.keys() <= shown
    assert all(row.contact_id is None for row in told.rows if row.outcome == "new")


def test_a_run_goes_on_meanwhile(world: World) -> None:
    """OPS-2: while a plan reads, a run of the same sync begins, loads and ends; the plan then sees what it did."""
    world.execute("ALTER ROLE CURRENT_USER SET lock_timeout = '5s'")
    world.warehouse.engine.dispose()  # new connections only go by it
    try:
        told = plan(world, world.syncs[DAILY], lambda: world.fetch(DAILY))
    finally:
        world.execute("ALTER ROLE CURRENT_USER RESET lock_timeout")
    assert told.counts["new"] == 0
    assert told.counts["duplicate_in_list"] == world.one("SELECT new FROM sync.fetch") > 0


def test_it_waits_for_loads_and_they_never_for_it(world: World) -> None:
    """OPS-2: while it waits for another load it does not hold the sync's row, which that load asks for: no deadlock."""
    world.fetch(DAILY)
    waits = text("SELECT count(*) > 0 FROM pg_stat_activity WHERE query ~ 'organisation' AND wait_event_type = 'Lock'")
    ask = text("SELECT FROM sync.sync WHERE sync_id = :sync_id FOR KEY SHARE NOWAIT")
    outcome: list[str] = []

    def another_load(begun: Event) -> None:
        with world.warehouse.engine.begin() as connection:
            organisation.lock(connection)
            begun.set()
            for _ in range(200):
                if world.one(waits.text):
                    break
                sleep(0.05)
            else:
                outcome.append("the plan never came")
            connection.execute(ask, {"sync_id": DAILY})
            outcome.append("got it")

    def beside() -> None:
        begun = Event()
        thread.append(Thread(target=another_load, args=(begun,), daemon=True))
        thread[0].start()
        assert begun.wait(10)

    thread: list[Thread] = []
    plan(world, world.syncs[DAILY], beside)
    thread[0].join(20)
    assert outcome == ["got it"]


def test_its_stand_in_supplies_no_fields(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """OPS-2, MAP-8: the name under which it reads is no other sync: nobody contests the fields of the only one."""
    world.fetch(DAILY)
    world.edit(ids(world, "plain", 1)[0], City="Atlantis")
    contested: list[int] = []
    apply = load.apply

    def watched(connection: Connection, *given: Any) -> Any:
        applied = apply(connection, *given)
        contested.append(connection.execute(text("SELECT count(*) FROM contested")).scalar_one())
        return applied

    monkeypatch.setattr(load, "apply", watched)
    assert plan(world, world.syncs[DAILY]).counts["changed"] == 1
    assert contested == [0]


def test_a_batch_that_is_refused(world: World) -> None:
    """OPS-2: the checks of validate see the rehearsed batch; what they refuse leaves nothing either."""
    sync = world.syncs[DAILY].model_copy(update={"max_invalid_share": 0.0})
    before = everything(world.warehouse)
    with pytest.raises(BatchRefused):
        plan(world, sync)
    assert everything(world.warehouse) == before


def test_by_bulk_jobs(bulk_world: World) -> None:
    """OPS-2, SRC-12: a plan waits for the jobs as a run does, and has their numbers."""
    sync = by_bulk(bulk_world)
    before = everything(bulk_world.warehouse)
    pauses: list[float] = []
    told = plan(bulk_world, sync, pauses=pauses)
    assert pauses
    assert (told.read_by, way_of(bulk_world, sync)) == ("bulk", "bulk")
    assert everything(bulk_world.warehouse) == before
    done = bulk_world.fetch(DAILY, by_bulk(bulk_world, bulk_from=None))
    assert told.counts == {name: done.counts[name] for name in told.counts}


def test_a_report_of_creator(world: World) -> None:
    """OPS-2, SRC-6: the same of the other product."""
    sync = report_sync()
    before = everything(world.warehouse)
    told = plan(world, sync)
    assert (told.read_by, way_of(world, sync)) == ("report", "report")
    assert everything(world.warehouse) == before
    done = world.fetch(sync.sync_id, sync)
    assert told.counts == {name: done.counts[name] for name in told.counts}


def test_whoever_dies_leaves_nothing(world: World) -> None:
    """OPS-2: a plan that ends in the middle, however, is taken back by the server."""
    before = everything(world.warehouse)

    class DiedError(BaseException):
        """Nothing of the product catches it."""

    def die() -> None:
        raise DiedError

    with pytest.raises(DiedError):
        plan(world, world.syncs[DAILY], die)
    assert everything(world.warehouse) == before
