"""The worked examples of the options, through real fetches against the sandbox (ADV-2, ADV-4, ADV-5)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from contact_sync.config.resolved import ResolvedSync
from contact_sync.core.results import Manifest
from contact_sync.warehouse.database import Warehouse
from include.sandbox.server import running
from tests.stages.sources import sync_of
from tests.stages.tracked import delete, restore
from tests.stages.world import World

PEOPLE = 50
MEMBERS = (
    "SELECT count(*) FROM contacts.membership JOIN contacts.mailing_list AS list USING (list_id) "
    "WHERE list.name = :list AND status <> 'removed'"
)
LATER = {"deleted": "remove_from_list", "opt_out": "remove_from_list"}


@pytest.fixture
def world(warehouse: Warehouse) -> Iterator[World]:
    """Fifty ordinary candidates, and a clock that stands still."""
    with running(candidates=1) as sandbox:
        world = World(sandbox.url, warehouse, {})
        world.control("POST", "reset", {"candidates": 0, "contacts": 0, "modules": ["Candidates", "Contacts"]})
        world.control("POST", "clock", {"now": world.clock().isoformat()})
        yield world


def add_people(world: World) -> list[str]:
    people = [{"Last_Name": f"Person {each}", "Email": f"person{each}@mail.example.org"} for each in range(PEOPLE)]
    return [str(each) for each in world.control("POST", "records/Candidates/add", {"records": people})["ids"]]


def zylker(options: dict[str, str] | None = None, sync_id: str = "zylker", **keys: Any) -> ResolvedSync:
    source = {"module": "Candidates", "scope": "all", **keys.pop("source", {})}
    values = {"list": "Zylker", **keys}
    return sync_of(sync_id, source=source, **({"options": options} if options else {}), **values)


def next_day(world: World) -> None:
    world.control("POST", "clock", {"advance_seconds": timedelta(days=1).total_seconds()})


def fetch(world: World, sync: ResolvedSync) -> Manifest:
    return world.fetch(sync.sync_id, sync)


def members(world: World, list_name: str = "Zylker") -> int:
    return int(world.one(MEMBERS, list=list_name))


def told(world: World, fetched: Manifest, outcome: str) -> list[tuple[str | None, object]]:
    rows = world.rows(
        "SELECT reason, evidence FROM sync.ledger WHERE fetch_id = :id AND outcome = :outcome ORDER BY record_no",
        id=fetched.fetch_id,
        outcome=outcome,
    )
    return [(row["reason"], row["evidence"]) for row in rows]


def test_options_switched_on_later(world: World) -> None:
    """ADV-5: 50 in "Zylker", options switched on, next day 8 deleted and 3 opted out: all 50 stay."""
    ids = add_people(world)
    assert fetch(world, zylker()).counts["new"] == PEOPLE
    next_day(world)
    fetch(world, zylker(LATER))
    delete(world, ids[:8])
    for each in ids[8:11]:
        world.edit(each, Email_Opt_Out=True)
    next_day(world)
    done = fetch(world, zylker(LATER))
    assert members(world) == PEOPLE
    newer = {"option_newer_than_record": True}
    assert told(world, done, "deleted") == [("kept", newer)] * 8
    assert told(world, done, "duplicate") == [("in_list", newer)] * 3
    assert (done.counts["removed"], done.counts["deleted"], done.status) == (0, 0, "succeeded")
    assert world.one("SELECT count(*) FROM contacts.mailable_members") == PEOPLE


def test_its_remedy(world: World) -> None:
    """ADV-5: a new sync with the option on takes everyone again and applies it to them."""
    ids = add_people(world)
    fetch(world, zylker())
    world.edit(ids[0], Email_Opt_Out=True)
    next_day(world)
    again = zylker(LATER, "zylker_again")
    first = fetch(world, again)
    assert first.counts["duplicate_in_list"] == PEOPLE - 1
    assert told(world, first, "ignored") == [("opted_out", None)]
    assert (members(world), first.counts["removed"]) == (PEOPLE - 1, 1)
    next_day(world)
    delete(world, ids[1:5])
    delete(world, ids[5:9], "permanent")
    second = fetch(world, again)
    assert told(world, second, "deleted") == [("removed_from_list", None)] * 8
    assert (members(world), second.counts["removed"], second.counts["deleted"]) == (PEOPLE - 9, 8, 8)
    history = world.rows(
        "SELECT removed, deleted, total FROM sync.import_history WHERE fetch_id = :id", id=second.fetch_id
    )
    assert dict(history[0]) == {"removed": 8, "deleted": 8, "total": 0}
    restore(world, ids[1:2])
    assert fetch(world, again).counts["duplicate_no_list"] == 1
    assert members(world) == PEOPLE - 8


def test_more_than_the_guard_lets_through(world: World) -> None:
    """ADV-8: with the limits as they are by default, 11 of 50 wait, and the next run asks again."""
    ids = add_people(world)
    fetch(world, zylker(LATER))
    next_day(world)
    delete(world, ids[:11])
    for asked in range(2):
        done = fetch(world, zylker(LATER))
        assert (done.counts["removed"], done.counts["pending_removals"], done.status) == (0, 11, "partial")
        assert told(world, done, "deleted") == ([("pending", None)] * 11 if asked == 0 else [])
        next_day(world)
    assert members(world) == PEOPLE


@pytest.mark.parametrize("named", [True, False], ids=["the Contact is named", "by e-mail"])
@pytest.mark.parametrize("choice", ["ignore_everywhere", "exclude_from_list"])
def test_two_lists_in_both_readings(world: World, choice: str, named: bool) -> None:
    """ADV-4: a candidate converts and becomes a Contact; a second list is fed from Contacts."""
    ids = add_people(world)
    candidates = zylker({"converted": choice})
    contacts = zylker(sync_id="clients_people", source={"module": "Contacts"}, list="Clients' people")
    fetch(world, candidates)
    next_day(world)
    became = world.control("POST", "records/Candidates/convert", {"ids": ids[:2], "contact": True})
    assert became
    if not named:
        for each in ids[:2]:
            world.edit(each, **{"$converted_detail": None})
    world.control(
        "POST", "records/Contacts/add", {"records": [{"Last_Name": "Free", "Email": "free@mail.example.org"}]}
    )
    seen = fetch(world, candidates)
    taken = fetch(world, contacts)
    if choice == "ignore_everywhere":
        assert (members(world), seen.counts["removed"]) == (PEOPLE, 0)
        assert (members(world, "Clients' people"), taken.counts["ignored"]) == (1, 2)
    else:
        assert (members(world), seen.counts["removed"]) == (PEOPLE - 2, 2)
        assert (members(world, "Clients' people"), taken.counts["ignored"]) == (3, 0)
    assert {
        row["contact_record_id"] is not None for row in world.rows("SELECT contact_record_id FROM sync.conversion")
    } == {named}
