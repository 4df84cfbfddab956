"""Large reads by bulk job: the same batch as by listing, whatever is killed on the way (SRC-12, OPS-4)."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from contact_sync.zoho.failures import CeilingReached
from tests.stages.bulk_world import (
    DAILY,
    READ,
    by_bulk,
    calls,
    drive,
    fetch_of,
    give_turn,
    jobs_of,
    staged,
)
from tests.stages.world import World

OTHERS = (
    "alumni_monthly",
    "contacts_at_clients_daily",
    "contacts_hiring_weekly",
    "experienced_engineers_weekly",
    "it_graduates_weekly",
)
MODULES = ["Candidates", "Contacts", "Clients", "Job_Openings", "Applications", "Alumni"]


@pytest.fixture
def world(bulk_world: World) -> World:
    return bulk_world


def by_listing(world: World) -> list[tuple[Any, ...]]:
    """What a listing stages, without the records that a file cannot give: UTF-8 has no half surrogate pair."""
    run = world.run_info(DAILY)
    world.extract(run, by_bulk(world, bulk_from=None))
    assert fetch_of(world, run)["read_by"] == "listing"
    give_turn(world)
    return without_surrogates(world, staged(world, run))


def without_surrogates(world: World, rows: list[tuple[Any, ...]], module: str = "Candidates") -> list[tuple[Any, ...]]:
    truth = world.control("GET", f"kinds/{module}")
    halves = {each["id"] for each in truth if each["kind"] == "lone_surrogate"}
    assert halves
    return [row for row in rows if row[0] not in halves]


@pytest.mark.parametrize("hidden", ["included", "left_out"])
def test_the_same_batch_as_by_listing(world: World, hidden: str) -> None:
    """SRC-8, SRC-12: pages, flags and counts; whether the files hold converted and unapproved records or not."""
    listed = by_listing(world)
    world.control("POST", "settings", {"bulk_hidden_records": hidden})
    run = world.run_info(DAILY)
    drive(world, run, by_bulk(world))
    rows = staged(world, run)
    assert without_surrogates(world, rows) == listed
    assert {row[5] for row in rows} == {row[6] for row in rows} == {"True", "False"}
    fetch, jobs = fetch_of(world, run), jobs_of(world, run)
    assert (fetch["read_by"], fetch["proof"], fetch["warnings"]) == ("bulk", "bulk_count", [])
    assert fetch["rows_returned"] == fetch["rows_kept"] == fetch["staged_rows"] == len(world.kinds())
    assert [job["page"] for job in jobs] == [0, 1, 2, 3]
    assert fetch["source_clock"] == jobs[1]["created_at"]
    assert len(calls(world, "POST", READ)) == 3
    first = world.rows(f"SELECT record_no FROM staging.fetch_{fetch['fetch_id']} ORDER BY record_no")
    assert [row["record_no"] for row in first] == list(range(1, len(rows) + 1))


@pytest.mark.parametrize("sync_id", OTHERS)
def test_other_modules_scopes_and_mappings(world: World, sync_id: str) -> None:
    """SRC-1, SRC-3, SRC-4, SRC-5: views, criteria and lookups give the same batch by bulk as by listing."""
    world.control("POST", "settings", {"modules": MODULES, "bulk_page_rows": 500, "search_ceiling": 1})
    found = []
    for limit, way in ((None, "listing"), (0, "bulk")):
        sync = by_bulk(world, bulk_from=limit, sync_id=sync_id)
        run = world.run_info(sync_id, conf={"retrieve": "all"})
        drive(world, run, sync)
        fetch = fetch_of(world, run)
        assert fetch["read_by"] == way
        found.append((without_surrogates(world, staged(world, run), sync.module), fetch["rows_kept"]))
        give_turn(world)
    assert found[0] == found[1]
    assert found[0][1] > 0


def test_the_whole_run_is_loaded(world: World) -> None:
    """SRC-12: validate accepts the proof, and every person arrives."""
    run = world.run_info(DAILY)
    drive(world, run, by_bulk(world))
    manifest = world.finish(run)
    assert (manifest.status, manifest.counts["read"]) == ("succeeded", len(world.kinds()))


def test_clocks_that_are_apart(world: World) -> None:
    """RET-7: more than five minutes are a warning, as by listing; how long a job took is none."""
    run = world.run_info(DAILY)
    world.control("POST", "clock", {"advance_seconds": 600})
    drive(world, run, by_bulk(world))
    assert fetch_of(world, run)["warnings"] == [
        "The source's clock and ours are 10 minutes apart; the source's counts."
    ]


def test_where_bulk_cannot_be_had(world: World) -> None:
    """ACC-7, SRC-12: without the scope, and for a field that a file does not give, the listing is read."""
    listed = by_listing(world)
    world.control("POST", "settings", {"missing_scopes": ["bulk"]})
    run = world.run_info(DAILY)
    assert drive(world, run, by_bulk(world)) == []
    assert without_surrogates(world, staged(world, run)) == listed
    assert (fetch_of(world, run)["read_by"], jobs_of(world, run)) == ("listing", [])


def test_no_bulk_for_few(world: World) -> None:
    """SRC-12: what the last read gave decides; without one a single question does."""
    run = world.run_info(DAILY)
    world.extract(run, by_bulk(world, bulk_from=2000))
    asked = [call for call in calls(world, "GET", "/recruit/v2/Candidates") if call["query"].get("page") == "11"]
    assert (len(asked), fetch_of(world, run)["read_by"]) == (1, "listing")
    world.finish(run)
    for limit, way in ((1000, "listing"), (300, "bulk")):
        again = world.run_info(DAILY, conf={"retrieve": "all"})
        before = len(calls(world, "GET", "/recruit/v2/Candidates"))
        drive(world, again, by_bulk(world, bulk_from=limit))
        assert fetch_of(world, again)["read_by"] == way
        give_turn(world)
        assert len(calls(world, "GET", "/recruit/v2/Candidates")) > before


def test_an_end_at_exactly_two_thousand_is_read_by_bulk(world: World) -> None:
    """SRC-12: the listing ends where the service is known to stop; by bulk come all, and none twice."""
    world.control("POST", "reset", {"candidates": 2_100})
    world.control("POST", "settings", {"page_ceiling": 2000, "bulk_seconds": 0, "max_tokens": 1000})
    run = world.run_info(DAILY)
    drive(world, run, by_bulk(world, bulk_from=5000))
    fetch = fetch_of(world, run)
    assert fetch["read_by"] == "bulk"
    assert fetch["staged_rows"] == fetch["rows_returned"] == len(world.kinds()) > 2000


def test_a_doubtful_end_of_changes_is_read_by_bulk(world: World) -> None:
    """SRC-12: a full page that calls itself the last, and is not; by bulk come those changed in the window alone."""
    world.fetch(DAILY, by_bulk(world, bulk_from=None))
    later = world.clock() + timedelta(hours=3)
    world.control("POST", "clock", {"now": (later - timedelta(hours=1)).isoformat()})
    changed = [each["id"] for each in world.kinds()][:260]
    world.control("POST", "records/Candidates", {"edits": [{"id": each, "City": "Atlantis"} for each in changed]})
    world.control("POST", "clock", {"now": later.isoformat()})
    fault = {"kind": "early_more_records_false", "path": "page=1&"}
    run = world.run_info(DAILY, at=later + timedelta(seconds=1))
    world.control("POST", "faults", fault)
    with pytest.raises(CeilingReached, match=r"rows came after `more_records: false`"):
        world.extract(run, by_bulk(world, bulk_from=None))
    give_turn(world)
    run = world.run_info(DAILY, at=later + timedelta(seconds=2))
    world.control("POST", "faults", fault)
    drive(world, run, by_bulk(world, bulk_from=2000))
    fetch = fetch_of(world, run)
    assert fetch["read_by"] == "bulk"
    assert {row[0] for row in staged(world, run)} == set(changed)
    assert datetime.fromisoformat(str(fetch["source_clock"])) >= later


def test_a_doubtful_end_that_nothing_can_prove(world: World) -> None:
    """SRC-12, ACC-7: without bulk read an extract that cannot be proved fails, and says which scopes would help."""
    world.fetch(DAILY, by_bulk(world, bulk_from=None))
    world.control("POST", "settings", {"missing_scopes": ["bulk"]})
    changed = [each["id"] for each in world.kinds()][:260]
    world.control("POST", "records/Candidates", {"edits": [{"id": each, "City": "Atlantis"} for each in changed]})
    world.control("POST", "faults", {"kind": "early_more_records_false", "path": "page=1&"})
    with pytest.raises(CeilingReached, match=r"cannot be proved complete.*ZohoRecruit\.bulk\.READ"):
        world.extract(world.run_info(DAILY), by_bulk(world, bulk_from=2000))
