"""`deletion_check: full_id_scan`: who is absent from a complete listing of all ids is gone (ADV-2, ADV-7, SRC-12)."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from contact_sync.config.resolved import ResolvedSync
from contact_sync.core.ceilings import Allowance, Work
from contact_sync.errors import ContractBroken
from contact_sync.stages.extract import extract
from contact_sync.warehouse.credits import CreditBook
from contact_sync.warehouse.database import Warehouse
from tests.stages.bulk_world import a_minute_later, drive, fetch_of, give_turn, killed_at
from tests.stages.sources import sync_of
from tests.stages.test_push_yields import yielding
from tests.stages.tracked import (
    REMOVE,
    SCAN,
    asked,
    bind,
    candidates,
    delete,
    known,
    last_call,
    looked,
    restore,
    seen,
    small_world,
)
from tests.stages.world import World

LISTING = "/v2/Candidates"
LAST_STEPS = 13
"""The look beside the batch, and the end of the batch before it."""
NEVER = 1000


@pytest.fixture
def world(warehouse: Warehouse) -> Iterator[World]:
    with small_world(warehouse) as world:
        yield world


def absent(rows: list[dict[str, Any]]) -> list[str]:
    """Ids of the records that are seen as gone by absence."""
    return [row["record_id"] for row in rows if row["gone_kind"] == "absent"]


@pytest.mark.parametrize("scope", ["all", "view"])
def test_who_is_absent_is_gone(world: World, scope: str) -> None:
    """ADV-2, ADV-7: of the whole module, not the view, with converted and unapproved ones; as of the fetch's start."""
    sync = candidates(scope, options=SCAN)
    world.fetch(sync.sync_id, sync)
    gone, left, hidden, waiting, back = known(world)[:5]
    delete(world, [gone, back])
    restore(world, [back])
    world.edit(left, Current_Job_Title="Gardener")
    world.control("POST", "records/Candidates", {"edits": [{"id": hidden, "$converted": True}]})
    world.control("POST", "records/Candidates", {"edits": [{"id": waiting, "$approved": False}]})
    before = last_call(world)
    run, rows = looked(world, sync)
    assert absent(rows) == [gone]
    assert next(row["gone_at"] for row in rows if row["gone_at"]) == fetch_of(world, run)["started_at"]
    assert asked(world, "/deleted", before) == []
    listed = [call for call in asked(world, LISTING, before) if call["query"]["fields"] == "id"]
    assert len(listed) == 2  # 237 records
    assert all("cvid" not in call["query"] and call["modified_since"] is None for call in listed)


def test_a_read_of_everything_is_a_listing_of_ids(world: World) -> None:
    """ADV-2, LIM-5: a batch that holds the whole module, but what changed after its window, costs no second listing."""
    sync = candidates(options=SCAN, each_fetch="all")
    world.fetch(sync.sync_id, sync)
    gone, late = known(world)[:2]
    delete(world, [gone])
    before = last_call(world)
    _, rows = looked(world, sync)
    assert absent(rows) == [gone]
    assert not [call for call in asked(world, LISTING, before) if call["query"]["fields"] == "id"]
    at = world.clock()
    world.control("POST", "clock", {"advance_seconds": 60})
    world.edit(late, City="Leeds")
    before = last_call(world)
    run, rows = looked(world, sync, at=at)
    assert (fetch_of(world, run)["outside_window"], absent(rows)) == (1, [gone])
    (call,) = [call for call in asked(world, LISTING, before) if call["query"]["fields"] == "id"]
    assert call["modified_since"] is not None


def test_the_first_fetch_lists_no_ids(world: World) -> None:
    """ADV-2: nobody was taken who could be absent."""
    run, _ = looked(world, candidates(options=SCAN))
    assert fetch_of(world, run)["sighted_rows"] is None
    # but for the one that asks whether there is more than page 10, before it is read (SRC-12)
    assert {call["query"]["page"] for call in asked(world, LISTING) if call["query"]["fields"] == "id"} == {"11"}


def test_known_to_be_gone(world: World) -> None:
    """ADV-2: what another sync of the source saw go is seen as of when it went; what was dealt with is seen no more."""
    sync = candidates(options=SCAN)
    world.fetch(sync.sync_id, sync)
    known_gone, dealt_with = known(world)[:2]
    delete(world, [known_gone, dealt_with])
    went = datetime(2026, 11, 20, 6, tzinfo=UTC)
    mark = "UPDATE contacts.source_link SET gone_at = :at, gone_kind = 'permanent' WHERE record_id IN (:one, :other)"
    world.execute(mark, at=went, one=known_gone, other=dealt_with)
    world.execute("UPDATE sync.taken_record SET gone_at = :at WHERE record_id = :id", at=went, id=dealt_with)
    _, rows = looked(world, sync)
    gone = [(row["record_id"], row["gone_at"], row["gone_kind"]) for row in rows if row["gone_at"]]
    assert gone == [(known_gone, went, "permanent")]


@pytest.mark.parametrize("cut", ["ceiling", "early_end"])
def test_never_by_absence_from_an_unproved_listing(world: World, cut: str) -> None:
    """SRC-12, ADV-7, OPS-1: nobody is gone; at a known ceiling the fetch is loaded, but partial, and says why."""
    sync = candidates("view", options=SCAN)
    world.fetch(sync.sync_id, sync)
    delete(world, known(world)[:1])
    run = world.run_info(sync.sync_id)
    if cut == "ceiling":
        code = {"kind": "ok_with_error_body", "code": "LIMIT_REACHED"}
        world.control("POST", "faults", {**code, "path": "fields=id"})
        world.extract(run, sync)
        assert absent(seen(world, run)) == []
        assert world.finish(run).status == "partial"
        assert any("left for a later run" in each for each in fetch_of(world, run)["warnings"])
    else:
        world.control("POST", "faults", {"kind": "status", "status": 404, "code": "STRANGE", "path": "fields=id"})
        with pytest.raises(ContractBroken):
            world.extract(run, sync)
        assert fetch_of(world, run)["staged_rows"] is None


def test_it_yields_to_imports(world: World) -> None:
    """LIM-5: at 80 % of the credits the fetch is loaded without the scan, partial; the next one with credits scans."""
    sync = candidates(options=SCAN)
    world.fetch(sync.sync_id, sync)
    chosen = known(world)[0]
    delete(world, [chosen])
    run = world.run_info(sync.sync_id)
    spent = world.one("SELECT sum(cost) FROM sync.credit")
    allowance = Allowance(spent * 5 // 4, work=Work.FULL_ID_SCAN)

    def scan_client(account: str, fetch_id: int) -> Any:
        return yielding(world, CreditBook(world.warehouse.engine, account, fetch_id, allowance))

    extract(run, sync, world.client, world.warehouse, run.started_at, None, scan_client)
    assert absent(seen(world, run)) == []
    assert world.finish(run).status == "partial"
    (warning,) = fetch_of(world, run)["warnings"]
    assert warning.startswith("Deleted records were not looked for (deletion_check: full_id_scan), which is left for")
    assert "full_id_scan stops at 80 % of them" in warning
    assert world.one("SELECT value FROM sync.watermark") > run.started_at.replace(microsecond=0) - sync.overlap
    assert absent(looked(world, sync)[1]) == [chosen]


def test_what_was_left_is_looked_for_later(world: World) -> None:
    """ADV-2, OPS-1, LIM-5: neither list nor scan could be had: the next fetch looks back over that one."""
    sync = candidates(options=REMOVE)
    world.fetch(sync.sync_id, sync)
    chosen = known(world)[0]
    delete(world, [chosen])
    broken = {"kind": "ok_with_error_body", "code": "LIMIT_REACHED"}
    world.control("POST", "faults", [{**broken, "path": "/deleted"}, {**broken, "path": "fields=id"}])
    world.control("POST", "clock", {"advance_seconds": 3600})
    assert world.fetch(sync.sync_id, sync).status == "partial"
    world.control("POST", "clock", {"advance_seconds": 3600})
    gone = {row["record_id"]: row["gone_kind"] for row in looked(world, sync)[1] if row["gone_at"]}
    assert gone == {chosen: "recycle"}


def applicants(**options: Any) -> ResolvedSync:
    source = {"application": "talent-desk", "report": "All_Applicants", "date_format": "dd-MMM-yyyy HH:mm:ss"}
    keys = {"account": "creator_demo", "policies": {"creator_all": "unbounded"}}
    return sync_of("tracked", source=source, options=options, **keys)


@pytest.mark.parametrize("bound", [False, True])
def test_a_report_of_creator(world: World, bound: bool) -> None:
    """ADV-2: Creator has no list of deleted records: its ids are read, also for pairs that are bound still (ADV-5)."""
    sync = applicants(**SCAN)
    world.fetch(sync.sync_id, sync)
    chosen = known(world)[0]
    world.control("POST", "creator/rows/talent-desk/All_Applicants/delete", {"ids": [chosen]})
    if bound:
        bind(world, deleted="remove_from_list")
        sync = applicants()
    assert absent(looked(world, sync)[1]) == [chosen]


@pytest.mark.parametrize("way", ["feed", "scan", "bulk"])
def test_killed_while_it_looks(world: World, way: str) -> None:
    """OPS-4: whatever an attempt had seen when it was killed, at every third step, the next one seals the same."""
    options = {**(SCAN if way == "scan" else REMOVE), "opt_out": "remove_from_list"}
    sync = candidates("all" if way == "bulk" else "view", options=options)
    world.fetch(sync.sync_id, sync)
    gone, opted = known(world)[:2]
    world.edit(opted, Current_Job_Title="Gardener", Email_Opt_Out=True, **{"$approved": False})
    delete(world, [gone])
    if way == "bulk":
        world.control("POST", "settings", {"bulk_seconds": 0, "max_tokens": 1000})
        policies = sync.policies.model_copy(update={"bulk_from": 0})
        sync = sync.model_copy(update={"policies": policies, "each_fetch": "all"})
    world.control("POST", "clock", {"advance_seconds": 2})  # what changed just now would lie outside the window
    at = world.clock()
    whole = world.run_info(sync.sync_id, at=at)
    with killed_at(NEVER) as steps:
        drive(world, whole, sync)
    expected = shown(seen(world, whole))
    assert sorted(expected) == sorted([(gone, "absent" if way == "scan" else "recycle", False), (opted, None, True)])
    assert any("deleted" in step for step in steps[-LAST_STEPS:]) == (way != "scan")
    for fatal in range(len(steps) - LAST_STEPS, len(steps) + 1, 3):
        give_turn(world)
        a_minute_later(world)
        run = world.run_info(sync.sync_id, at=at)
        with killed_at(fatal) as reached:
            drive(world, run, sync)
        assert len(reached) == fatal
        drive(world, run, sync)
        assert shown(seen(world, run)) == expected, steps[fatal - 1]


def shown(rows: list[dict[str, Any]]) -> list[tuple[str, str | None, bool]]:
    return [(row["record_id"], row["gone_kind"], row["opted_out"]) for row in rows]
