"""What extract sees of records beside its batch, as the tests of tracking ask for it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from contact_sync.config.resolved import ResolvedSync
from contact_sync.core.run import RunInfo
from contact_sync.warehouse.database import Warehouse
from include.sandbox.server import running
from tests.stages.bulk_world import calls, fetch_of, give_turn
from tests.stages.sources import sync_of
from tests.stages.world import World

REMOVE = {"deleted": "remove_from_list"}
SCAN = {**REMOVE, "deletion_check": "full_id_scan"}
IN_VIEW = "Experienced engineers"


@contextmanager
def small_world(warehouse: Warehouse) -> Iterator[World]:
    """A sandbox with few records, Contacts and a custom module among them."""
    with running(candidates=240) as sandbox:
        world = World(sandbox.url, warehouse, {})
        sizes = {"contacts": 60, "clients": 10, "alumni": 40}
        world.control("POST", "reset", {"candidates": 240, "modules": ["Candidates", "Contacts", "Alumni"], **sizes})
        yield world


def candidates(scope: str = "all", module: str = "Candidates", **keys: Any) -> ResolvedSync:
    """A sync of a module: all of it, or its engineers by a view or by criteria. More keys as files have them."""
    source: dict[str, Any] = {"module": module, "scope": scope}
    if scope == "view":
        source["view"] = IN_VIEW
    if scope == "criteria":
        condition = {"field": "Current_Job_Title", "is": "contains", "value": "Engineer"}
        source["criteria"] = {"conditions": {1: condition}}
    return sync_of("tracked", source={**source, **keys.pop("source", {})}, **keys)


def looked(world: World, sync: ResolvedSync, **values: Any) -> tuple[RunInfo, list[dict[str, Any]]]:
    """The next run of a sync up to extract, and what it saw, by id; its turn is given back."""
    run = world.run_info(sync.sync_id, **values)
    world.extract(run, sync)
    rows = seen(world, run)
    give_turn(world)
    return run, rows


def seen(world: World, run: RunInfo) -> list[dict[str, Any]]:
    """What a run saw, by id; as many rows as its seal says."""
    fetch = fetch_of(world, run)
    if fetch["sighted_rows"] is None:
        assert world.one("SELECT to_regclass(:name)", name=f"staging.sighting_{fetch['fetch_id']}") is None
        return []
    rows = world.rows(f"SELECT * FROM staging.sighting_{fetch['fetch_id']} ORDER BY record_id")
    assert len(rows) == fetch["sighted_rows"] == len({row["record_id"] for row in rows})
    return [dict(row) for row in rows]


def known(world: World, among: Sequence[str] | None = None) -> list[str]:
    """Ids of the records that were loaded, in order."""
    rows = world.rows("SELECT record_id FROM contacts.source_link WHERE gone_at IS NULL ORDER BY record_id")
    return [row["record_id"] for row in rows if among is None or row["record_id"] in among]


def delete(world: World, ids: Sequence[str], kind: str = "recycle", module: str = "Candidates") -> None:
    """Delete records at the source."""
    world.control("POST", f"records/{module}/delete", {"ids": list(ids), "type": kind})


def restore(world: World, ids: Sequence[str]) -> None:
    """Bring candidates back from the recycle bin."""
    world.control("POST", "records/Candidates/restore", {"ids": list(ids)})


def last_call(world: World) -> int:
    """The number of the newest call."""
    return max((call["n"] for call in world.control("GET", "calls")), default=0)


def asked(world: World, piece: str, since: int = 0) -> list[dict[str, Any]]:
    """Reads whose path ends so, after a call number."""
    return [call for call in calls(world, "GET", piece, since) if call["path"].endswith(piece)]


def bind(world: World, **choices: str) -> None:
    """Bind every pair to these choices, as a fetch does that takes a record first."""
    for name, choice in choices.items():
        world.execute(f"UPDATE sync.taken_record SET {name} = :choice", choice=choice)
