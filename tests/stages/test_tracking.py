"""Deletions: what a fetch is told of records that left the source since the fetch before (ADV-2, ADV-7, ADV-9)."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from contact_sync.core.run import RunType
from contact_sync.errors import ConfigError, PermissionMissing
from contact_sync.warehouse.database import Warehouse
from tests.stages.bulk_world import fetch_of
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

FEED = "/Candidates/deleted"


@pytest.fixture
def world(warehouse: Warehouse) -> Iterator[World]:
    with small_world(warehouse) as world:
        yield world


def kinds(rows: list[dict[str, object]]) -> dict[object, object]:
    return {row["record_id"]: row["gone_kind"] for row in rows if row["gone_at"] is not None}


def test_deletions_since_the_last_fetch(world: World) -> None:
    """ADV-2: recycle bin and permanent told apart, with their time; restored and never taken records are none."""
    sync = candidates(options=REMOVE)
    world.fetch(sync.sync_id, sync)
    bin_, gone, back = known(world)[:3]
    untaken = next(row["id"] for row in world.kinds() if row["kind"] == "empty_email")
    delete(world, [bin_, back, untaken])
    delete(world, [gone], "permanent")
    restore(world, [back])
    _, rows = looked(world, sync)
    assert kinds(rows) == {bin_: "recycle", gone: "permanent"}
    ages = [world.clock() - row["gone_at"] for row in rows if row["gone_at"]]
    assert all(timedelta(0) <= age < timedelta(minutes=1) for age in ages)


def test_the_first_fetch_reads_none(world: World) -> None:
    """ADV-2: there is nothing to look for, and no call is made."""
    run, rows = looked(world, candidates(options=REMOVE))
    assert (rows, fetch_of(world, run)["sighted_rows"], asked(world, FEED)) == ([], None, [])


def test_a_failed_first_fetch_is_none(world: World) -> None:
    """ADV-2: only a loaded fetch has taken anybody; the next one is still the first."""
    sync = candidates(options=REMOVE)
    looked(world, sync)
    looked(world, sync)
    assert asked(world, FEED) == []


def test_keep_asks_nobody(world: World) -> None:
    """ADV-2: with `keep` the list of deleted records is not read: it costs credits."""
    sync = candidates()
    world.fetch(sync.sync_id, sync)
    delete(world, known(world)[:1])
    _, rows = looked(world, sync)
    assert kinds(rows) == {}
    assert asked(world, FEED) == []


def test_pairs_stay_bound_when_the_option_is_taken_back(world: World) -> None:
    """ADV-5, ADV-2: a record taken under a removing choice is looked for though the file says `keep` by now."""
    sync = candidates(options=REMOVE)
    world.fetch(sync.sync_id, sync)
    bind(world, deleted="remove_from_list")
    chosen = known(world)[0]
    delete(world, [chosen])
    _, rows = looked(world, candidates())
    assert kinds(rows) == {chosen: "recycle"}


@pytest.mark.parametrize("whole", ["each_fetch", "form", "preview"])
def test_whatever_the_window(world: World, whole: str) -> None:
    """ADV-2, RET-2, RET-6: a read of everything, and a preview, look as far back as the last success, too."""
    sync = candidates(options=REMOVE, **({"each_fetch": "all"} if whole == "each_fetch" else {}))
    world.fetch(sync.sync_id, sync)
    reached = world.one("SELECT value FROM sync.watermark")
    chosen = known(world)[0]
    delete(world, [chosen])
    conf = {"form": {"retrieve": "all"}, "preview": {"preview": True}}.get(whole, {})
    run, rows = looked(world, sync, conf=conf)
    assert kinds(rows) == {chosen: "recycle"}
    assert (fetch_of(world, run)["window_start"] is None) == (whole != "preview")
    (call,) = asked(world, FEED)
    assert datetime.fromisoformat(call["modified_since"]) == (reached - sync.overlap).replace(microsecond=0)


def test_a_deletion_of_days_that_no_run_read(world: World) -> None:
    """ADV-2, RET-4: after failed days the feed is read from the last success on."""
    sync = candidates(options=REMOVE)
    world.fetch(sync.sync_id, sync)
    chosen = known(world)[0]
    delete(world, [chosen])
    world.control("POST", "clock", {"advance_seconds": 3 * 86_400})
    looked(world, sync)
    world.control("POST", "clock", {"advance_seconds": 86_400})
    _, rows = looked(world, sync)
    assert kinds(rows) == {chosen: "recycle"}


def test_a_backfill_reads_none(world: World) -> None:
    """ADV-2, RET-5: it reads its interval and nothing else."""
    sync = candidates(options=REMOVE)
    world.fetch(sync.sync_id, sync)
    delete(world, known(world)[:1])
    day = world.clock() - timedelta(days=2)
    values = {"data_interval_start": day, "data_interval_end": day + timedelta(days=1)}
    run, rows = looked(world, sync, run_type=RunType.BACKFILL, **values)
    assert (rows, fetch_of(world, run)["sighted_rows"], asked(world, FEED)) == ([], None, [])


def test_after_backfills_alone(world: World) -> None:
    """ADV-2, RET-5: who was taken by a backfill is looked for by the first regular fetch, too."""
    sync = candidates(options=REMOVE)
    end = world.clock()
    values = {"data_interval_start": end - timedelta(days=40), "data_interval_end": end}
    world.fetch(sync.sync_id, sync, run_type=RunType.BACKFILL, **values)
    chosen = known(world)[0]
    delete(world, [chosen])
    _, rows = looked(world, sync)
    assert kinds(rows) == {chosen: "recycle"}


def test_in_or_out_of_scope(world: World) -> None:
    """ADV-7: deletions are tracked for every record ever synced, whether or not it is still in the view."""
    sync = candidates("view", options=REMOVE)
    world.fetch(sync.sync_id, sync)
    inside, left = known(world)[:2]
    world.edit(left, Current_Job_Title="Gardener")
    delete(world, [inside, left])
    _, rows = looked(world, sync)
    assert kinds(rows) == {inside: "recycle", left: "recycle"}


def test_deleted_while_it_was_read(world: World) -> None:
    """ADV-2: a record both fetched and deleted is seen as deleted, for the later of both to count."""
    sync = candidates(options=REMOVE)
    world.fetch(sync.sync_id, sync)
    chosen = known(world)[0]
    new = world.control("POST", "records/Candidates/add", {"records": [{"Last_Name": "A", "Email": "a1@example.org"}]})
    world.edit(chosen, City="Leeds")
    run = world.run_info(sync.sync_id)
    world.control("POST", "faults", {"kind": "slow", "seconds": 0.01, "path": "/deleted"})
    original = world.client

    def deleting(account: str, fetch_id: int) -> object:
        client = original(account, fetch_id)
        told = client.deleted

        def delete_first(*args: object) -> object:
            delete(world, [chosen, *new["ids"]])
            return told(*args)

        client.deleted = delete_first
        return client

    world.client = deleting  # type: ignore[method-assign]
    world.extract(run, sync)
    assert kinds(seen(world, run)) == dict.fromkeys([chosen, *new["ids"]], "recycle")
    fetch_id = fetch_of(world, run)["fetch_id"]
    staged = {row["record_id"] for row in world.rows(f"SELECT record_id FROM staging.fetch_{fetch_id}")}
    assert {chosen, *new["ids"]} <= staged


@pytest.mark.parametrize(
    ("fault", "error", "told"),
    [
        ({"status": 403, "code": "NO_PERMISSION"}, PermissionMissing, r"ZohoRecruit\.modules\.candidate\.READ"),
        ({"status": 401, "code": "OAUTH_SCOPE_MISMATCH"}, PermissionMissing, r"ZohoRecruit\.modules\.candidate\.READ"),
        ({"status": 400, "code": "INVALID_MODULE"}, ConfigError, "does not offer"),
    ],
)
def test_an_account_without_the_list(world: World, fault: dict[str, object], error: type[Exception], told: str) -> None:
    """ADV-2, ACC-7: a clear error that names the scope and the other ways; nothing is sealed."""
    sync = candidates(options=REMOVE)
    world.fetch(sync.sync_id, sync)
    world.control("POST", "faults", {"kind": "status", "path": "/deleted", "times": None, **fault})
    run = world.run_info(sync.sync_id)
    with pytest.raises(error, match=told) as raised:
        world.extract(run, sync)
    for way in ("deletion_check: full_id_scan", "deleted: keep", "include/syncs/tracked.yaml"):
        assert way in str(raised.value)
    assert fetch_of(world, run)["staged_rows"] is None


def test_a_gap_longer_than_recruit_remembers(world: World) -> None:
    """ADV-9: the fetch is degraded and asks for a full_id_scan; the next one, and one that scans, are not."""
    sync = candidates(options=REMOVE)
    world.fetch(sync.sync_id, sync)
    world.control("POST", "clock", {"advance_seconds": 59 * 86_400})
    run, _ = looked(world, sync)
    assert fetch_of(world, run)["warnings"] == []
    world.control("POST", "clock", {"advance_seconds": 2 * 86_400})
    scanning, _ = looked(world, candidates(options=SCAN))
    assert not any("ADV-9" in each for each in fetch_of(world, scanning)["warnings"])
    late = world.run_info(sync.sync_id)
    world.extract(late, sync)
    assert world.finish(late).status == "degraded"
    (warning,) = [each for each in fetch_of(world, late)["warnings"] if "ADV-9" in each]
    assert "61 days ago" in warning
    assert "options.deletion_check: full_id_scan" in warning
    again, _ = looked(world, sync)
    assert not any("ADV-9" in each for each in fetch_of(world, again)["warnings"])


def test_the_retention_is_a_policy(world: World) -> None:
    """ADV-9: deletion_retention_days says what is too long; `keep` never warns."""
    sync = candidates(options=REMOVE, policies={"deletion_retention_days": 3})
    world.fetch(sync.sync_id, sync)
    world.control("POST", "clock", {"advance_seconds": 4 * 86_400})
    run, _ = looked(world, sync)
    assert any("tells of deleted records for 3 days" in each for each in fetch_of(world, run)["warnings"])
    world.execute("UPDATE sync.taken_record SET deleted = 'keep'")
    kept, _ = looked(world, candidates(policies={"deletion_retention_days": 3}))
    assert fetch_of(world, kept)["warnings"] == []


def test_a_feed_that_is_cut_off(world: World) -> None:
    """SRC-12, ADV-2: a list of deleted records that cannot be proved whole is not believed: all ids are read."""
    sync = candidates(options=REMOVE)
    world.fetch(sync.sync_id, sync)
    chosen = known(world)[:3]
    delete(world, chosen)
    before = last_call(world)
    world.control("POST", "faults", {"kind": "ok_with_error_body", "code": "LIMIT_REACHED", "path": "/deleted"})
    _, rows = looked(world, sync)
    assert kinds(rows) == dict.fromkeys(chosen, "absent")
    assert [call["query"]["fields"] for call in asked(world, "/v2/Candidates", before)][-1] == "id"
