"""Runs of the example syncs one after the other, against the sandbox: windows, watermark, repeats, states."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from contact_sync.core.run import RunInfo, RunType
from contact_sync.errors import ConfigError, ContactSyncError, Superseded, SyncBusy, SyncSkipped, Unavailable
from contact_sync.stages.classify import classify
from contact_sync.stages.failures import record_abandoned, record_failure
from contact_sync.stages.load import load
from contact_sync.stages.validate import validate
from contact_sync.warehouse.suppressions import suppress
from tests.stages.snapshot import HISTORY, differences, snapshot
from tests.stages.world import World

DAILY, WEEKLY, ONCE = "candidates_daily", "experienced_engineers_weekly", "welcome_once"


def listings(world: World) -> list[dict[str, Any]]:
    """Listing calls that the sandbox saw."""
    return [call for call in world.control("GET", "calls") if call["path"] == "/recruit/v2/Candidates"]


def test_outcomes_agree_with_what_the_sandbox_planted(world: World) -> None:
    """OUT-1, OUT-4..8, SRC-8: counted independently from the kinds that the sandbox made."""
    manifest = world.fetch(DAILY)
    kinds = world.kinds()
    in_scope = [kind for kind in kinds if kind["approved"]]
    assert manifest.counts["read"] == len(kinds)
    assert manifest.counts["out_of_scope"] == len(kinds) - len(in_scope)
    planted = Counter(kind["kind"] for kind in in_scope)
    reasons = {
        (row["reason"], row["sub_code"]): row["records"] for row in world.rows("SELECT * FROM sync.ignored_by_reason")
    }
    assert reasons["empty_email", None] == planted["empty_email"] + planted["white_space_email"]
    assert reasons["invalid_pattern", "misspelt_domain"] == planted["misspelt_domain"]
    assert reasons["group_email", "role"] == planted["role_address"] + planted["role_address_tagged"]
    assert reasons["converted", None] == sum(kind["converted"] for kind in in_scope)


@pytest.mark.parametrize("sync_id", [DAILY, WEEKLY, ONCE])
def test_running_again_at_once_changes_only_history(world: World, sync_id: str) -> None:
    """RET-2, OUT-3: the same sync again: 0 new, and no table changes but history and watermark."""
    world.fetch(sync_id)
    if sync_id == ONCE:
        world.initiate(ONCE)
    before = snapshot(world.warehouse)
    again = world.fetch(sync_id)
    assert again.counts["new"] == again.counts["joined"] == again.counts["changed"] == 0
    assert again.changed is False
    assert set(differences(before, snapshot(world.warehouse))) <= HISTORY | (
        {"sync.sync"} if sync_id == ONCE else set()
    )


def test_reading_all_data_again_changes_only_history(world: World) -> None:
    """RET-6, OUT-16: a manual run over all data finds everyone as duplicate and changes nobody."""
    first = world.fetch(DAILY)
    before = snapshot(world.warehouse)
    again = world.fetch(DAILY, conf={"retrieve": "all"})
    assert again.counts["duplicate_in_list"] == first.counts["new"]
    assert again.counts["ignored"] == first.counts["ignored"]
    assert set(differences(before, snapshot(world.warehouse))) <= HISTORY


def test_nothing_modified_costs_at_most_two_listing_calls(world: World) -> None:
    """RET-2, LIM-5: an incremental fetch with nothing modified; counted by the sandbox, not by our ledger."""
    world.fetch(DAILY)
    world.control("DELETE", "calls")
    assert world.fetch(DAILY).counts["read"] == 0
    calls = listings(world)
    assert 1 <= len(calls) <= 2
    assert {call["status"] for call in calls} <= {204, 304}


def test_changes_since_the_last_success_are_read(world: World) -> None:
    """RET-2: what was modified since the last successful fetch, and nothing else."""
    world.fetch(DAILY)
    plain = [kind["id"] for kind in world.kinds() if kind["kind"] == "plain" and kind["approved"]][:3]
    for record_id in plain:
        world.edit(record_id, City="Atlantis")
    again = world.fetch(DAILY, at=world.clock() + timedelta(seconds=90))
    assert (again.counts["read"], again.counts["changed"]) == (3, 3)
    assert world.one("SELECT count(*) FROM contacts.contact WHERE fields ->> 'city' = 'Atlantis'") == 3


def test_two_failed_days_are_made_up_by_the_third(world: World) -> None:
    """RET-4: scheduled runs of three days, of which two fail: the third reads everyone of all three days."""
    start = world.clock().replace(microsecond=0)
    world.control("POST", "clock", {"now": start.isoformat()})
    scheduled(world, start)
    plain = [kind["id"] for kind in world.kinds() if kind["kind"] == "plain" and kind["approved"]]
    for day in (1, 2):
        world.control("POST", "clock", {"now": (start + timedelta(days=day, hours=-1)).isoformat()})
        world.edit(plain[day], City=f"Day {day}")
        world.control("POST", "clock", {"now": (start + timedelta(days=day)).isoformat()})
        world.control("POST", "faults", [{"kind": "status", "status": 401, "code": "INVALID_TOKEN", "times": None}])
        with pytest.raises(ContactSyncError):
            scheduled(world, start + timedelta(days=day))
        world.control("DELETE", "faults")
    world.control("POST", "clock", {"now": (start + timedelta(days=3, hours=-1)).isoformat()})
    world.edit(plain[3], City="Day 3")
    world.control("POST", "clock", {"now": (start + timedelta(days=3)).isoformat()})
    scheduled(world, start + timedelta(days=3))
    cities = {row["city"] for row in world.rows("SELECT fields ->> 'city' AS city FROM contacts.contact")}
    assert {"Day 1", "Day 2", "Day 3"} <= cities
    statuses = [row["status"] for row in world.rows("SELECT status FROM sync.import_history ORDER BY fetch_id")]
    assert statuses == ["succeeded", "failed", "failed", "succeeded"]


def scheduled(world: World, end: Any) -> None:
    """One scheduled run of a day that ends at `end`, as the operators do it."""
    run = world.run_info(
        DAILY, RunType.SCHEDULED, at=end, data_interval_start=end - timedelta(days=1), data_interval_end=end
    )
    try:
        world.extract(run)
        world.finish(run)
    except ContactSyncError as error:
        record_failure(run, world.warehouse, "extract", error)
        raise


def test_watermark_is_the_sources_clock_and_backfills_leave_it(world: World) -> None:
    """RET-7, RET-4: the Date header counts, not our clock; a backfill reads its interval and moves nothing."""
    slow = world.clock() - timedelta(hours=3)
    world.control("POST", "clock", {"now": slow.isoformat()})
    manifest = world.fetch(DAILY, at=slow + timedelta(hours=3))
    assert any("minutes apart" in warning for warning in manifest.warnings)
    mark = world.one("SELECT value FROM sync.watermark")
    assert abs(mark - slow) < timedelta(seconds=2)
    day = slow - timedelta(days=3)
    run = world.run_info(
        DAILY, RunType.BACKFILL, at=slow, data_interval_start=day, data_interval_end=day + timedelta(days=1)
    )
    world.extract(run)
    world.finish(run)
    changed = [datetime.fromisoformat(kind["updated_on"]) for kind in world.kinds()]
    expected = [moment for moment in changed if day <= moment < day + timedelta(days=1)]
    assert world.rows("SELECT * FROM sync.import_history ORDER BY fetch_id DESC")[0]["read"] == len(expected) > 0
    assert world.one("SELECT value FROM sync.watermark") == mark


@pytest.mark.parametrize("before", ["loaded", "failed"])
def test_a_backfill_of_a_day_that_had_its_run_reads_that_day(world: World, before: str) -> None:
    """RET-5, RET-4: Airflow keeps the run's id and makes a backfill of it; neither the window nor the watermark's move
    of the run that it was counts any longer, and a later clear stays the backfill.
    """
    now = world.clock()
    day = now - timedelta(days=3), now - timedelta(days=2)
    interval = {"data_interval_start": day[0], "data_interval_end": day[1]}
    run = world.run_info(DAILY, RunType.SCHEDULED, at=now, **interval)
    world.extract(run)
    if before == "loaded":
        world.finish(run)
    else:
        record_failure(run, world.warehouse, "validate", RuntimeError())
    marks = world.rows("SELECT * FROM sync.watermark")
    again = replace(run, run_type=RunType.BACKFILL)
    for _ in range(2):
        world.extract(again)
        world.finish(again)
        fetch = world.rows("SELECT * FROM sync.fetch ORDER BY fetch_id DESC LIMIT 1")[0]
        assert (fetch["run_type"], fetch["status"], fetch["moves_watermark"]) == ("backfill", "succeeded", False)
        assert (fetch["window_start"], fetch["window_end"]) == day
    assert world.rows("SELECT * FROM sync.watermark") == marks


def test_one_time_sync_completes_and_runs_again_only_when_initiated(world: World) -> None:
    """RET-1: after its run a one-time sync is inactive `completed`; a further run is skipped and says what to do."""
    world.fetch(ONCE)
    with pytest.raises(SyncSkipped, match=r"completed.*contact-sync initiate welcome_once"):
        world.fetch(ONCE)
    skipped = world.rows("SELECT status, reason, remedy FROM sync.import_history ORDER BY fetch_id DESC")[0]
    assert (skipped["status"], skipped["reason"]) == ("skipped", "completed")
    world.initiate(ONCE)
    assert world.fetch(ONCE).counts["read"] > 0
    assert world.one("SELECT inactive_reason FROM sync.sync WHERE sync_id = :id", id=ONCE) == "completed"


def test_a_one_time_sync_keeps_its_run_whatever_is_read_by_hand_before(world: World) -> None:
    """RET-1: neither a run by hand before the set time, nor one over less than all data, is the one time."""
    now = world.clock()
    schedule = world.syncs[ONCE].schedule.model_copy(update={"date": (now + timedelta(days=2)).date(), "at": "06:00"})
    later = world.syncs[ONCE].model_copy(update={"schedule": schedule})
    world.fetch(ONCE, conf={"after": (now - timedelta(days=1)).isoformat()})
    world.fetch(ONCE, later)
    assert world.one("SELECT state FROM sync.sync WHERE sync_id = :id", id=ONCE) == "active"
    world.fetch(ONCE, later, at=now + timedelta(days=3))
    assert world.one("SELECT inactive_reason FROM sync.sync WHERE sync_id = :id", id=ONCE) == "completed"


def test_initiate_reads_everything_once(world: World) -> None:
    """RET-10: after initiate the next fetch reads from the beginning, the one after it changes again."""
    world.fetch(DAILY)
    world.initiate(DAILY)
    assert world.fetch(DAILY).window_start is None
    assert world.fetch(DAILY).window_start is not None


def test_initiating_an_unknown_sync_says_what_to_do(world: World) -> None:
    """RET-10: there is nothing to initiate before a first run."""
    with pytest.raises(ConfigError, match="airflow dags trigger nobody"):
        world.initiate("nobody", world.syncs[DAILY].model_copy(update={"sync_id": "nobody"}))


def test_changed_list_makes_the_next_fetch_a_first_one(world: World) -> None:
    """RET-11: another list begins anew under the new settings; old memberships stay."""
    first = world.fetch(DAILY)
    moved = world.syncs[DAILY].model_copy(update={"list_name": "Renamed list", "push_switches": ()})
    again = world.fetch(DAILY, moved)
    assert again.window_start is None
    assert again.counts["duplicate_other_list"] == first.counts["new"]
    assert world.one("SELECT count(*) FROM contacts.membership WHERE status = 'subscribed'") == 2 * first.counts["new"]
    assert world.one("SELECT count(*) FROM sync.config_version") == 2


def test_clearing_an_old_run_under_another_list_leaves_the_first_fetch_to_come(world: World) -> None:
    """RET-11, RET-7: it reads its old window into the new list; everybody else is still to come, so no watermark."""
    first = world.fetch(DAILY)
    world.control("POST", "clock", {"advance_seconds": 3600})
    old = world.run_info(DAILY)
    world.extract(old)
    world.finish(old)
    moved = world.syncs[DAILY].model_copy(update={"list_name": "Renamed list", "push_switches": ()})
    world.extract(old, moved)
    again = world.finish(old)
    assert (again.list_name, again.counts["read"]) == ("Renamed list", 0)
    after = world.fetch(DAILY, moved)
    assert after.window_start is None
    assert after.counts["duplicate_other_list"] == first.counts["new"]


def test_yaml_edited_between_extract_and_load_is_not_looked_at(world: World) -> None:
    """CFG-1, design: the fetch uses the version that extract saw, also in a retry of extract."""
    run = world.run_info(DAILY)
    world.extract(run)
    edited = world.syncs[DAILY].model_copy(update={"list_name": "Edited", "name": "Edited"})
    world.extract(run, edited)
    manifest = world.finish(run)
    assert manifest.list_name == "Talent news"
    assert world.one("SELECT count(*) FROM sync.config_version") == 1


def test_unsubscribe_between_classify_and_load_wins(world: World) -> None:
    """OUT-11: whatever commits between the two stages is seen by load, even when written with psql."""
    world.fetch(WEEKLY)
    run = world.run_info(DAILY)
    world.extract(run)
    validate(run, world.warehouse)
    decided = classify(run, world.warehouse)
    address = world.rows(
        "SELECT email_key FROM staging.fetch_2 JOIN staging.outcome_2 USING (record_no) WHERE outcome = 'new' LIMIT 1"
    )[0]["email_key"]
    suppress(world.warehouse, [address], "blocked", "asked", "tests")
    world.execute(
        "UPDATE contacts.membership SET status = 'unsubscribed', unsubscribed_at = now() WHERE contact_id = "
        "(SELECT min(contact_id) FROM contacts.membership)"
    )
    loaded = load(run, world.warehouse)
    assert loaded.counts["new"] == decided.counts["new"] - 1
    assert world.one("SELECT count(*) FROM contacts.contact WHERE email_key = :address", address=address) == 0
    assert world.one("SELECT count(*) FROM contacts.membership WHERE status = 'unsubscribed'") == 1


def test_clearing_a_loaded_run_opens_a_new_round_with_the_same_window(world: World) -> None:
    """OPS-4, design: a cleared run is fetched again over its old window; clearing only load does nothing."""
    run = world.run_info(DAILY)
    world.extract(run)
    first = world.finish(run)
    before = snapshot(world.warehouse)
    assert load(run, world.warehouse) == first
    assert differences(before, snapshot(world.warehouse)) == {}
    world.extract(run)
    second = world.finish(run)
    assert second.fetch_id != first.fetch_id
    assert (second.window_start, second.window_end) == (first.window_start, first.window_end)
    assert second.counts["new"] == 0


def test_abandoned_run_is_closed_in_the_history(world: World) -> None:
    """OPS-1: a fetch whose task was killed for good is `failed`, with what to do; a loaded one stays as it is."""
    run = world.run_info(DAILY)
    world.extract(run)
    record_abandoned(run.dag_id, run.run_id, world.warehouse)
    row = world.rows("SELECT status, reason, remedy FROM sync.import_history")[0]
    assert row["status"] == "failed"
    assert row["reason"].startswith("extract: the task ended without a word")
    world.finish(run)
    record_abandoned(run.dag_id, run.run_id, world.warehouse)
    assert world.one("SELECT status FROM sync.import_history") == "succeeded"


def test_source_down_is_told_without_values(world: World) -> None:
    """OPS-1, house style: a failed read is in the history with its cause; nothing is written to contacts."""
    world.control("POST", "faults", [{"kind": "status", "status": 403, "code": "NO_PERMISSION", "times": None}])
    run: RunInfo = world.run_info(DAILY)
    with pytest.raises(ContactSyncError) as told:
        world.extract(run)
    assert not isinstance(told.value, Unavailable)
    record_failure(run, world.warehouse, "extract", told.value)
    row = world.rows("SELECT status, reason FROM sync.import_history")[0]
    assert row["status"] == "failed"
    assert row["reason"].startswith("extract: ")
    assert world.one("SELECT count(*) FROM contacts.contact") == 0


def test_one_fetch_of_a_sync_at_a_time(world: World) -> None:
    """OPS-10: a second run of the same sync waits while the first is under way; another sync does not."""
    first = world.run_info(DAILY)
    world.extract(first)
    second = world.run_info(DAILY)
    with pytest.raises(SyncBusy, match="fetch 1 of another run is under way"):
        world.extract(second)
    world.extract(world.run_info(WEEKLY))
    world.finish(first)
    world.extract(second)
    assert world.finish(second).counts["read"] == 0


def test_a_fetch_left_behind_holds_nobody_up_for_ever(world: World) -> None:
    """OPS-10: a fetch that is called running although nothing runs is not waited for after half a day."""
    world.extract(world.run_info(DAILY))
    world.execute("UPDATE sync.fetch SET started_at = started_at - interval '13 hours'")
    world.extract(world.run_info(DAILY))
    assert world.one("SELECT count(*) FROM sync.fetch WHERE staged_rows > 0") == 2


@pytest.mark.parametrize(
    ("conf", "told"),
    [
        pytest.param({"retreive": "all"}, "Did you mean 'retrieve'", id="RET-6-unknown-key"),
        pytest.param({"after": "yesterday"}, "is not a date-time with a zone", id="RET-6-bad-date"),
        pytest.param({"retrieve": "after", "after": "2999-01-01T00:00:00Z"}, "in the past", id="RET-6-future"),
    ],
)
def test_refused_input_is_in_the_history_with_its_reason(world: World, conf: dict[str, str], told: str) -> None:
    """RET-6, OPS-1: bad input is refused at once; the history says why, and nothing was read."""
    run = world.run_info(DAILY, conf=conf)
    with pytest.raises(ConfigError, match=told):
        world.extract(run)
    row = world.rows("SELECT status, reason, remedy, read FROM sync.import_history")[0]
    assert (row["status"], row["read"]) == ("failed", None)
    assert told in row["reason"]
    assert world.control("GET", "calls") == []
    with pytest.raises(ConfigError, match=told):
        world.extract(run)
    assert world.one("SELECT count(*) FROM sync.fetch") == 2


def test_clearing_an_old_run_leaves_an_initiate_for_the_next(world: World) -> None:
    """RET-10: a cleared run reads its old window, so the full read that was asked for is still to come."""
    world.fetch(DAILY)
    old = world.run_info(DAILY)
    world.extract(old)
    world.finish(old)
    world.initiate(DAILY)
    world.extract(old)
    world.finish(old)
    assert world.one("SELECT restart_pending FROM sync.sync") is True
    assert world.fetch(DAILY).window_start is None


def test_an_overtaken_attempt_leaves_the_history_alone(world: World) -> None:
    """OPS-4: a zombie that was overtaken does not close the fetch that the newer attempt works on."""
    run = world.run_info(DAILY)
    world.extract(run)
    record_failure(run, world.warehouse, "extract", Superseded("overtaken"))
    assert world.one("SELECT status FROM sync.import_history") == "running"


def test_warnings_of_a_former_attempt_do_not_stay(world: World) -> None:
    """OPS-1: a fetch whose second attempt was clean is not degraded."""
    run = world.run_info(DAILY)
    world.extract(run)
    world.execute("UPDATE sync.fetch SET warnings = ARRAY['of yesterday']")
    world.extract(run)
    assert world.finish(run).status == "succeeded"
