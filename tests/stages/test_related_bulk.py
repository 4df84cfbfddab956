"""Related modules too large for a listing: read by bulk, as a large source is, to a proved end (SRC-12, SRC-5)."""

from typing import Any

import pytest

from contact_sync.config.resolved import ResolvedSync
from contact_sync.errors import ContractBroken, ReadPending
from contact_sync.zoho.failures import BulkGone
from tests.stages.bulk_world import READ, a_minute_later, calls, drive, fetch_of, jobs_of
from tests.stages.sources import condition, sync_of
from tests.stages.test_plan_rows import plan
from tests.stages.world import World

CLIENTS = 2_100
"""More than a listing of the sandbox gives here."""


@pytest.fixture
def world(bulk_world: World) -> World:
    """Contacts at many Clients, of which a listing gives 2,000 and says that there are no more."""
    modules = {"modules": ["Candidates", "Contacts", "Clients"], "contacts": 60, "clients": CLIENTS}
    bulk_world.control("POST", "reset", {"candidates": 1, **modules})
    settings = {"page_ceiling": 2_000, "bulk_page_rows": 1_500, "bulk_seconds": 0, "max_tokens": 1_000}
    bulk_world.control("POST", "settings", settings)
    return bulk_world


def sync_for(industry: str, **policies: Any) -> ResolvedSync:
    criteria = {"conditions": {1: condition("Clients.Industry", "equals", industry)}}
    source = {"module": "Contacts", "scope": "criteria", "criteria": criteria}
    return sync_of("by_client", source=source, policies=policies)


def rows_of(world: World, module: str) -> dict[str, dict[str, Any]]:
    ids = [each["id"] for each in world.control("GET", f"kinds/{module}")]
    found = [
        world.control("GET", f"records/{module}?ids={','.join(ids[at : at + 300])}") for at in range(0, len(ids), 300)
    ]
    return {row["id"]: row for rows in found for row in rows}


def at_clients_of(world: World, clients: dict[str, dict[str, Any]], industry: str) -> set[str]:
    """Ids of the Contacts whose Client is of an industry."""
    return {
        record_id
        for record_id, row in rows_of(world, "Contacts").items()
        if (row["Client_Name"] or {}).get("id") in {each for each, of in clients.items() if of["Industry"] == industry}
    }


def kept(world: World, fetch_id: int) -> set[str]:
    query = "SELECT record_id FROM sync.ledger WHERE fetch_id = :id AND reason IS DISTINCT FROM 'pattern'"
    return {row["record_id"] for row in world.rows(query, id=fetch_id)}


def test_a_related_module_beyond_a_listing(world: World) -> None:
    """SRC-12, SRC-5, ADV-7: all Clients count, and later all that changed; each job is made once, and waited for."""
    clients = rows_of(world, "Clients")
    industry = sorted(row["Industry"] for row in clients.values())[0]
    sync = sync_for(industry)
    run = world.run_info(sync.sync_id)
    assert len(drive(world, run, sync)) > 0
    fetch = fetch_of(world, run)
    assert (fetch["read_by"], fetch["proof"], fetch["warnings"]) == ("listing", "short_page", [])
    listed = [call["query"] for call in calls(world, "GET", "/recruit/v2/Clients")]
    # once, however many attempts there were
    assert len([query for query in listed if (query.get("converted"), query["page"]) == ("both", "1")]) == 1
    assert [(job["page"], job["part"]) for job in jobs_of(world, run)] == [
        (1, "Clients Industry whole"),
        (2, "Clients Industry whole"),
    ]
    assert (len(calls(world, "POST", READ)), sum(job["count"] for job in jobs_of(world, run))) == (2, CLIENTS)
    world.finish(run)
    expected = at_clients_of(world, clients, industry)
    assert (kept(world, fetch["fetch_id"]), 0 < len(expected) < 60) == (expected, True)

    world.control("POST", "clock", {"advance_seconds": 7200})
    world.control("POST", "records/Clients", {"edits": [{"id": each, "Industry": industry} for each in clients]})
    world.control("POST", "clock", {"advance_seconds": 2})  # what changes in the second of a job is doubtful
    again = world.run_info(sync.sync_id)
    drive(world, again, sync)
    world.finish(again)
    since = fetch_of(world, again)["window_start"]
    assert {job["part"].split(" 20")[0] for job in jobs_of(world, again)} == {"Clients id", "Clients Industry whole"}
    assert since is not None
    # a Contact of no Client has none of the industry
    everybody = {record_id for record_id, row in rows_of(world, "Contacts").items() if row["Client_Name"]}
    assert kept(world, fetch_of(world, again)["fetch_id"]) == everybody


def test_what_a_job_gave_is_as_old_as_the_job(world: World) -> None:
    """RET-7: the next fetch looks for related changes since the job was made, however long it took."""
    world.control("POST", "settings", {"bulk_seconds": 1_000})
    sync = sync_for("Software")
    run = world.run_info(sync.sync_id)
    with pytest.raises(ReadPending):
        world.extract(run, sync)
    world.control("POST", "clock", {"advance_seconds": 3_600})
    world.control("POST", "settings", {"bulk_seconds": 0})
    drive(world, run, sync)
    made = min(job["created_at"] for job in jobs_of(world, run))
    assert fetch_of(world, run)["source_clock"] == made


def test_a_client_that_vanished_between_two_jobs(world: World) -> None:
    """SRC-12: it moved another one out of sight, so nothing of the files is used, and they are made anew."""
    clients = rows_of(world, "Clients")
    sync = sync_for("Software")
    run = world.run_info(sync.sync_id)
    with pytest.raises(ReadPending):
        world.extract(run, sync)
    world.control("POST", "records/Clients/delete", {"ids": [min(clients)], "type": "permanent"})
    with pytest.raises(BulkGone, match="Clients: records left the source"):
        drive(world, run, sync)
    assert jobs_of(world, run) == []
    world.control("POST", "clock", {"advance_seconds": 5})
    drive(world, run, sync)
    assert sum(job["count"] for job in jobs_of(world, run)) == CLIENTS - 1


@pytest.mark.parametrize(
    ("settings", "policies", "why"),
    [
        ({"missing_scopes": ["bulk"]}, {}, "scopes ZohoRecruit.bulk.READ and"),
        ({}, {"bulk_from": None}, "Policy bulk_from: null"),
    ],
    ids=["no scope", "forbidden"],
)
def test_neither_way(world: World, settings: dict[str, Any], policies: dict[str, Any], why: str) -> None:
    """SRC-12: a related module that cannot be proved read fails the run at once; it does not pass as small."""
    world.control("POST", "settings", settings)
    sync = sync_for("Software", **policies)
    run = world.run_info(sync.sync_id)
    with pytest.raises(ContractBroken, match=rf"Clients.*{why}"):
        world.extract(run, sync)
    assert jobs_of(world, run) == []


def test_a_plan_waits_for_these_jobs_too(world: World) -> None:
    """OPS-2, SRC-12: what a listing cuts is no failure of a plan either; it has the numbers of the run."""
    sync = sync_for(sorted(row["Industry"] for row in rows_of(world, "Clients").values())[0])
    pauses: list[float] = []
    told = plan(world, sync, pauses=pauses)
    assert pauses
    assert world.one("SELECT count(*) FROM sync.bulk_job") == 0
    a_minute_later(world)
    run = world.run_info(sync.sync_id)
    drive(world, run, sync)
    done = world.finish(run)
    assert told.counts == {name: done.counts[name] for name in told.counts}
    assert 0 < told.counts["new"] < told.counts["read"]
