"""Deleting a sync, by command and by removing its file: what ends, what stays, and how it comes back (LIM-3)."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from contact_sync.config.organisation import Retention
from contact_sync.config.resolved import ResolvedSync
from contact_sync.core.run import RunInfo
from contact_sync.errors import ConfigError, Superseded, SyncSkipped, WarehouseRefused
from contact_sync.stages import states
from contact_sync.stages.classify import classify
from contact_sync.stages.housekeeping import housekeeping
from contact_sync.stages.load import load
from contact_sync.stages.opening import open_fetch
from contact_sync.stages.push import push
from contact_sync.stages.validate import validate
from contact_sync.warehouse import fetches, standings
from contact_sync.warehouse.database import Warehouse
from contact_sync.warehouse.standings import Standing
from tests.stages.desk import Desk, record
from tests.stages.office import NOON, Office, silent, with_policy
from tests.stages.snapshot import HISTORY, differences, snapshot
from tests.stages.test_push import add_member, loaded, meanwhile, opened
from tests.stages.world import World

__all__ = ["loaded"]

DAILY = "candidates_daily"
HOUR = timedelta(hours=1)
DAY = timedelta(hours=24)
_ACTS = "SELECT kind, who, reason FROM sync.act ORDER BY act_id"


def delete(warehouse: Warehouse, sync: ResolvedSync) -> states.Change:
    return states.delete(warehouse, sync.sync_id, "ann", "not needed", NOON, lambda: sync)


# ── by command ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_a_deleted_sync_brought_stays(desk: Desk) -> None:
    """LIM-3: its runs are skipped, with the reason and what to do; people, lists and responses are as they were."""
    desk.take(record("1", "ann@example.org"), record("2", "ben@example.org"))
    before = snapshot(desk.warehouse)
    assert delete(desk.warehouse, desk.sync) == states.Change(DAILY, True, "deleted", None)
    assert set(differences(before, snapshot(desk.warehouse))) <= {"sync.sync", "sync.act"}
    with pytest.raises(SyncSkipped) as skip:
        desk.take(record("3", "cid@example.org"))
    assert skip.value.reason == "deleted"
    assert skip.value.remedy == (
        "It was deleted (who, when and why: sync.act) and stays so while include/syncs/candidates_daily.yaml is there: "
        "remove that file. Under another name it is a new sync, which knows the people again: contact-sync new. To go "
        "on with this one, put the file back once housekeeping has seen that it is gone; then: contact-sync activate "
        "candidates_daily"
    )
    assert set(differences(before, snapshot(desk.warehouse))) <= {"sync.sync", "sync.act", *HISTORY}
    last = desk.rows("SELECT status, reason FROM sync.import_history ORDER BY fetch_id DESC LIMIT 1")
    assert last == [{"status": "skipped", "reason": "deleted"}]
    assert desk.rows(_ACTS) == [{"kind": "delete", "who": "ann", "reason": "not needed"}]
    assert not delete(desk.warehouse, desk.sync).changed
    assert len(desk.rows(_ACTS)) == 1


def test_a_deleted_sync_is_neither_activated_nor_initiated(office: Office) -> None:
    """LIM-1, LIM-3: it says what to do instead; a sync that no run has seen can be deleted, too."""
    one = office.named("one")
    assert delete(office.warehouse, one) == states.Change("one", True, "deleted", "new")
    for act in (office.activates, lambda sync: states.initiate(office.warehouse, sync, "ann", NOON, silent)):
        with pytest.raises(ConfigError, match=r"one cannot be activated, deleted: .*remove that file"):
            act(one)
    left = states.deactivate(office.warehouse, "one", "ann", "off", NOON, lambda: one)
    assert (left.changed, left.state) == (False, "deleted")
    assert office.stands() == {"one": "deleted"}


@pytest.mark.parametrize("stage", [validate, classify, load], ids=lambda stage: stage.__name__)
def test_a_fetch_under_way_brings_nothing_more(desk: Desk, stage: Callable[[RunInfo, Warehouse], Any]) -> None:
    """LIM-3: whichever stage comes next is skipped, and so is the run in the history."""
    run = desk.stage([record("1", "ann@example.org")])
    if stage is load:
        classify(run, desk.warehouse)
    delete(desk.warehouse, desk.sync)
    with pytest.raises(SyncSkipped, match="deleted"):
        stage(run, desk.warehouse)
    assert desk.rows("SELECT status, reason FROM sync.import_history") == [{"status": "skipped", "reason": "deleted"}]
    assert desk.rows("SELECT * FROM contacts.contact") == []
    with pytest.raises(SyncSkipped, match="deleted"):
        open_fetch(run, desk.sync, desk.warehouse, NOON)


def test_a_stage_at_work_writes_nothing_more(desk: Desk) -> None:
    """LIM-3, OPS-4: the fence rises with the deletion, so that a load which has begun does not commit."""
    run = desk.stage([record("1", "ann@example.org")])
    with desk.warehouse.transaction() as connection:
        fetch = fetches.require(connection, run)
        attempt = fetches.begin_stage(connection, fetch, "load")
    delete(desk.warehouse, desk.sync)
    with pytest.raises(Superseded), desk.warehouse.transaction() as connection:
        fetches.hold_fence(connection, fetch.fetch_id, attempt)


def test_nothing_is_pushed_any_more(world: World, loaded: RunInfo) -> None:
    """LIM-3, PUSH-0: whoever opened a campaign since the load stays here."""
    opened(world, add_member(world, "opener@web.example.org"))
    delete(world.warehouse, world.syncs[DAILY])
    assert push(loaded, world.client, world.warehouse, world.clock()).counts == {"pushed": 0}
    assert world.rows("SELECT * FROM sync.push_ledger") == []


def test_a_push_at_work_stops(world: World, loaded: RunInfo, monkeypatch: pytest.MonkeyPatch) -> None:
    """LIM-3, PUSH-9: no further call; what Recruit has answered is written."""
    for number in range(130):
        opened(world, add_member(world, f"p{number}@web.example.org"), to_list=number == 0)
    sizes = meanwhile(monkeypatch, lambda: delete(world.warehouse, world.syncs[DAILY]))
    with pytest.raises(Superseded):
        push(loaded, world.client, world.warehouse, world.clock())
    assert sizes == [100]
    assert world.one("SELECT count(*) FROM sync.push_ledger WHERE outcome = 'inserted'") == 100


# ── by removing the file ──────────────────────────────────────────────────────────────────────────────────────────


class Folder:
    """An include folder of the test's own, and housekeeping that reads it."""

    def __init__(self, path: Path, warehouse: Warehouse) -> None:
        self.path = path
        self.warehouse = warehouse

    def add(self, *names: str) -> None:
        for name in names:
            (self.path / "syncs" / f"{name}.yaml").touch()

    def remove(self, name: str) -> None:
        (self.path / "syncs" / f"{name}.yaml").unlink()

    def keep_house(self, after: timedelta) -> int:
        """Housekeeping so long after NOON; how many syncs it deleted."""
        return housekeeping(self.warehouse, Retention(), NOON + after)["syncs_deleted"]

    def stands(self, after: timedelta, good: bool = True) -> dict[str, str]:
        """Where each sync stands for whoever reads at that time."""
        with self.warehouse.transaction() as connection:
            kept = standings.read(connection)
        return {each.sync_id: self._standing(each, NOON + after, good).in_words for each in kept}

    def _standing(self, kept: standings.Kept, now: Any, good: bool) -> Standing:
        has_file = (self.path / "syncs" / f"{kept.sync_id}.yaml").exists()
        return standings.standing(kept, has_file=has_file, good=good and has_file, now=now)


@pytest.fixture
def folder(tmp_path: Path, warehouse: Warehouse, office: Office, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """Files of `one` and `two`, which runs have registered."""
    (tmp_path / "syncs").mkdir()
    monkeypatch.setattr("contact_sync.stages.housekeeping.include_folder", lambda: tmp_path)
    found = Folder(tmp_path, warehouse)
    found.add("one", "two")
    for name in ("one", "two"):
        office.opens(office.named(name))
    return found


def test_a_removed_file_is_missing_for_a_day_and_deleted_then(office: Office, folder: Folder) -> None:
    """LIM-3: computed whenever somebody reads; housekeeping notes since when, writes it and says who."""
    folder.remove("one")
    assert folder.stands(0 * HOUR) == {"one": "missing: active", "two": "active"}
    assert folder.keep_house(HOUR) == 0
    assert folder.keep_house(24 * HOUR) == 0
    just_before, then = HOUR + DAY - timedelta(seconds=1), HOUR + DAY
    assert folder.stands(just_before)["one"] == "missing: active"
    assert folder.keep_house(just_before) == 0
    assert office.stands() == {"one": "active", "two": "active"}
    assert folder.stands(then)["one"] == "deleted"
    assert folder.keep_house(then) == 1
    assert folder.keep_house(then + HOUR) == 0
    assert office.stands() == {"one": "deleted", "two": "active"}
    assert office.rows(_ACTS) == [{"kind": "delete", "who": "housekeeping", "reason": "its file was removed"}]
    by = office.rows("SELECT state_changed_by FROM sync.sync WHERE sync_id = 'one'")
    assert by == [{"state_changed_by": "housekeeping"}]


def test_a_sync_without_a_file_gives_its_slot_back_after_a_day(office: Office, folder: Folder) -> None:
    """LIM-3, LIM-2: also before housekeeping has written it."""
    folder.remove("one")
    folder.keep_house(0 * HOUR)
    three = with_policy(office.named("three"), active_syncs=2)
    with pytest.raises(ConfigError, match="over_limit"):
        office.activates(three, now=NOON + DAY - timedelta(seconds=1))
    assert office.activates(three, now=NOON + DAY).changed


@pytest.mark.parametrize("written", [True, False], ids=["written", "not yet written"])
def test_the_same_file_resumes_by_hand(desk: Desk, office: Office, folder: Folder, written: bool) -> None:
    """LIM-3: history and watermark go on; inactive, by_hand until somebody activates it."""
    folder.add(DAILY)
    desk.take(record("1", "ann@example.org"))
    reached = desk.rows("SELECT * FROM sync.watermark")
    folder.remove(DAILY)
    folder.keep_house(0 * HOUR)
    if written:
        assert folder.keep_house(DAY) == 1
    folder.add(DAILY)
    later = NOON + 30 * HOUR
    assert folder.stands(30 * HOUR)[DAILY] == "inactive: by_hand"
    skip = office.skips(desk.sync, run=office.run(desk.sync, at=later))
    assert (skip.reason, "its file was away so long" in skip.remedy) == ("by_hand", True)
    assert office.stands()[DAILY] == "by_hand"
    assert office.activates(desk.sync, now=later) == states.Change(DAILY, True, "active", "by_hand")
    assert desk.rows("SELECT * FROM sync.watermark") == reached
    desk.take(record("2", "ben@example.org"))
    window = desk.rows("SELECT window_start, first FROM sync.fetch ORDER BY fetch_id DESC LIMIT 1")[0]
    assert (window["window_start"], window["first"]) == (reached[0]["value"] - desk.sync.overlap, False)
    assert folder.keep_house(31 * HOUR) == 0


def test_activate_finds_the_file_back(office: Office, folder: Folder) -> None:
    """LIM-3: without a run in between; and housekeeping does, too."""
    for name in ("one", "two"):
        folder.remove(name)
    folder.keep_house(0 * HOUR)
    assert folder.keep_house(DAY) == 2
    folder.add("one", "two")
    assert office.activates(office.named("one"), now=NOON + 25 * HOUR).before == "by_hand"
    assert folder.keep_house(26 * HOUR) == 0
    assert office.stands() == {"one": "active", "two": "by_hand"}


def test_a_file_that_is_back_within_the_day_changes_nothing(office: Office, folder: Folder) -> None:
    """LIM-3: it was only missing; a later removal begins a day of its own."""
    folder.remove("one")
    folder.keep_house(0 * HOUR)
    folder.add("one")
    assert folder.stands(23 * HOUR)["one"] == "active"
    office.opens(office.named("one"), run=office.run(office.named("one"), at=NOON + 23 * HOUR))
    folder.remove("one")
    assert folder.keep_house(24 * HOUR) == 0
    assert folder.keep_house(25 * HOUR) == 0
    assert office.stands()["one"] == "active"
    folder.add("one")
    assert folder.keep_house(26 * HOUR) == 0
    assert office.rows("SELECT missing_since FROM sync.sync") == [{"missing_since": None}] * 2


def test_a_sync_deleted_by_command_stays_so_while_its_file_is_there(office: Office, folder: Folder) -> None:
    """LIM-3: neither housekeeping nor a run brings it back; its file removed and put back does."""
    one = office.named("one")
    delete(office.warehouse, one)
    for hours in (0, 30):
        folder.keep_house(hours * HOUR)
        assert folder.stands(hours * HOUR)["one"] == "deleted"
        assert office.skips(one, run=office.run(one, at=NOON + hours * HOUR)).reason == "deleted"
    folder.remove("one")
    assert folder.keep_house(31 * HOUR) == 0
    assert folder.stands(31 * HOUR)["one"] == "deleted"
    folder.add("one")
    assert folder.stands(32 * HOUR)["one"] == "inactive: by_hand"
    assert office.skips(one, run=office.run(one, at=NOON + 32 * HOUR)).reason == "by_hand"
    assert [act["who"] for act in office.rows(_ACTS)] == ["ann"]


def test_a_broken_file_is_no_removed_one(office: Office, folder: Folder) -> None:
    """LIM-3, LIM-4: it stands where it stood once it is mended."""
    assert folder.stands(0 * HOUR, good=False) == dict.fromkeys(("one", "two"), "inactive: configuration_error")
    folder.keep_house(0 * HOUR)
    assert folder.keep_house(DAY) == 0
    assert folder.stands(DAY) == {"one": "active", "two": "active"}


def test_a_folder_that_cannot_be_read_deletes_nobody(office: Office, folder: Folder) -> None:
    """LIM-3, OPS-11: the other steps have their turn, and the error is told."""
    for name in ("one", "two"):
        folder.remove(name)
    (folder.path / "syncs").rmdir()
    for after in (0 * HOUR, 2 * DAY):
        with pytest.raises(
            WarehouseRefused, match=r"syncs_deleted: .*/syncs cannot be read: No such file or directory"
        ):
            folder.keep_house(after)
    assert office.rows("SELECT state, missing_since FROM sync.sync") == [{"state": "active", "missing_since": None}] * 2


def test_a_fetch_under_way_outlives_its_file_for_a_day(desk: Desk, folder: Folder) -> None:
    """LIM-3: missing is not deleted; what has begun goes on, as with a broken file."""
    run = desk.stage([record("1", "ann@example.org")])
    folder.keep_house(0 * HOUR)
    folder.keep_house(HOUR)
    assert desk.classify_and_load(run).counts["new"] == 1
