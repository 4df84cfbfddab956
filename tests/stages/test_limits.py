"""Limits: slots of active syncs, places of a day, initiations of a month, and what a run past one is told (LIM-2)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from contact_sync.config.loader import load_syncs
from contact_sync.config.resolved import ResolvedSync
from contact_sync.core.run import RunInfo, RunType
from contact_sync.errors import ConfigError, SyncSkipped
from contact_sync.paths import include_folder
from contact_sync.stages import states
from contact_sync.stages.failures import record_abandoned
from contact_sync.stages.opening import open_fetch
from contact_sync.warehouse.registry import complete
from tests.stages.desk import Desk, record
from tests.stages.office import NOON, Office, silent, with_policy

DAY = timedelta(days=1)
BERLIN_MIDNIGHT = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
FIRST = datetime(2026, 11, 30, 23, 0, tzinfo=UTC)
"""Midnight of the 1st of December in Berlin."""


def under(office: Office, *names: str, **policies: Any) -> list[ResolvedSync]:
    """Syncs of these names under the policies."""
    return [with_policy(office.named(name), **policies) for name in names]


def at(
    office: Office, sync: ResolvedSync, moment: datetime, run_type: RunType = RunType.MANUAL, **more: Any
) -> RunInfo:
    return office.run(sync, run_type, moment, **more)


def places(office: Office) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in office.rows(_PLACES)]


_PLACES = "SELECT day::text, sync_id, kind FROM sync.place JOIN sync.sync USING (sync_no) ORDER BY taken_at, sync_no"
_INITIATIONS = (
    "SELECT day::text, sync_id, kind, fetch_id FROM sync.initiation JOIN sync.sync USING (sync_no) "
    "ORDER BY initiation_id"
)
_HISTORY = "SELECT sync_id, status, reason, remedy FROM sync.import_history ORDER BY fetch_id"


# ── slots ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_slots_go_in_the_order_of_first_registration(office: Office) -> None:
    """LIM-2, LIM-1: a file beyond the slots is inactive, over_limit; its run is skipped and says who holds them."""
    beta, alpha, late = under(office, "beta", "alpha", "late", active_syncs=2)
    office.opens(beta)
    office.opens(alpha)
    skip = office.skips(late)
    assert skip.reason == "over_limit"
    assert skip.remedy == (
        "The limit of active syncs is 2 (LIM-2, active_syncs in organisation.yaml), and these hold the slots: beta, "
        "alpha. Deactivate or delete one of them (contact-sync deactivate SYNC --reason …), or raise the limit (null: "
        "none); then: contact-sync activate late"
    )
    assert office.stands() == {"beta": "active", "alpha": "active", "late": "over_limit"}
    last = office.rows(_HISTORY)[-1]
    assert (last["status"], last["reason"], last["remedy"]) == ("skipped", "over_limit", skip.remedy)
    office.opens(beta)


def test_a_free_slot_is_taken_by_hand(office: Office) -> None:
    """LIM-2, LIM-3: deactivating frees one; nobody moves up unasked, and then the other cannot come back."""
    one, late = under(office, "one", "late", active_syncs=1)
    office.opens(one)
    assert office.skips(late).reason == "over_limit"
    with pytest.raises(
        ConfigError, match=r"late cannot be activated, over_limit: The limit of active syncs is 1 .*: one\."
    ):
        office.activates(late)
    assert office.stands()["late"] == "over_limit"
    states.deactivate(office.warehouse, "one", "ann", "makes room", NOON, lambda: one)
    assert "slots free now: 1 of 1. To let it run: contact-sync activate late" in office.skips(late).remedy
    assert office.activates(late) == states.Change("late", True, "active", "over_limit")
    office.opens(late)
    with pytest.raises(ConfigError, match=r"one cannot be activated, over_limit: .* hold the slots: late\."):
        office.activates(one)
    with pytest.raises(ConfigError, match=r"one cannot be activated, over_limit: .* hold the slots: late\."):
        states.initiate(office.warehouse, one, "ann", NOON, silent)
    assert office.stands() == {"one": "by_hand", "late": "active"}
    assert office.rows("SELECT restart_pending FROM sync.sync") == [{"restart_pending": False}] * 2


def test_null_lifts_the_limit_of_active_syncs(office: Office) -> None:
    """LIM-2: `active_syncs: null`; who waited over the limit says so and is activated by hand."""
    (one,) = under(office, "one", active_syncs=0)
    assert office.skips(one).reason == "over_limit"
    many = under(office, "one", *(f"s{n}" for n in range(12)), active_syncs=None, syncs_per_day=None)
    assert "any number may be active. To let it run: contact-sync activate one" in office.skips(many[0]).remedy
    office.activates(many[0])
    for sync in many:
        office.opens(sync)


def test_a_deleted_and_a_completed_sync_free_their_slots(office: Office, desk: Desk) -> None:
    """LIM-2, LIM-3, RET-1: a one-time sync gives its slot back when it has run."""
    once = desk.sync.schedule.model_copy(update={"frequency": "once", "at": None})
    desk.sync = with_policy(desk.sync.model_copy(update={"schedule": once}), active_syncs=1)
    desk.take(record("1", "ann@example.org"))
    one, two = under(office, "one", "two", active_syncs=1)
    office.opens(one)
    assert office.skips(two).reason == "over_limit"
    states.delete(office.warehouse, "one", "ann", "not needed", NOON, lambda: one)
    office.activates(two)
    assert office.stands() == {"candidates_daily": "completed", "one": "deleted", "two": "active"}


def test_activating_a_new_sync_beyond_the_slots_registers_it(office: Office) -> None:
    """LIM-2, CFG-1: it has its turn in the order, and is activated by hand once a slot is free."""
    one, new = under(office, "one", "new", active_syncs=1)
    office.opens(one)
    with pytest.raises(ConfigError, match="new cannot be activated, over_limit"):
        office.activates(new)
    assert office.stands() == {"one": "active", "new": "over_limit"}
    assert office.rows("SELECT kind FROM sync.act") == []


def test_a_lowered_limit_ends_the_last_registered(office: Office) -> None:
    """LIM-2: at most so many; the next run of the one beyond them makes it inactive, the others go on."""
    for sync in under(office, "one", "two", "three"):
        office.opens(sync)
    one, two, three = under(office, "one", "two", "three", active_syncs=2)
    office.opens(one)
    assert office.skips(three).reason == "over_limit"
    office.opens(two)
    assert office.stands() == {"one": "active", "two": "active", "three": "over_limit"}


def test_syncs_of_an_account_come_back_as_far_as_slots_go(office: Office) -> None:
    """LIM-2, ACC-4: in the order of first registration; the rest waits on."""
    for sync in under(office, "zeta", "beta", "alpha"):
        office.opens(sync, "old")
    assert office.skips(office.named("zeta"), "new").reason == "credentials_changed"
    changes = states.activate_account(office.warehouse, "recruit_demo", "ann", None, 2, NOON)
    assert [(change.sync_id, change.changed) for change in changes] == [
        ("zeta", True), ("beta", True), ("alpha", False),
    ]  # fmt: skip
    assert office.stands() == {"zeta": "active", "beta": "active", "alpha": "credentials_changed"}
    assert states.activate_account(office.warehouse, "recruit_demo", "ann", None, 2, NOON)[0].changed is False


# ── the day ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_so_many_distinct_syncs_a_day(office: Office) -> None:
    """LIM-2: a run past the limit is skipped, with rule and remedy; a sync that has its place runs again."""
    one, two, three = under(office, "one", "two", "three", syncs_per_day=2)
    office.opens(two)
    office.opens(one)
    skip = office.skips(three)
    assert skip.reason == "daily_limit"
    assert skip.remedy == (
        "Its scheduled runs work again from 2026-11-21 00:00 Europe/Berlin on and miss nothing; or then by hand: "
        "airflow dags trigger three. Or raise the limit (null: none), or let runs wait for the next day (over_limit: "
        "next_day), and clear this run. The rule: the limit of distinct syncs created, initiated or run a day is 2 "
        "(LIM-2, syncs_per_day in organisation.yaml), and on 2026-11-20 (Europe/Berlin) these were: two, one."
    )
    assert office.rows(_HISTORY)[-1]["remedy"] == skip.remedy
    assert office.stands()["three"] == "active"
    for sync in (one, two, one):
        office.opens(sync)
    assert places(office) == [("2026-11-20", "two", "run"), ("2026-11-20", "one", "run")]


def test_recruit_and_creator_count_together(office: Office) -> None:
    """LIM-2: one limit for all accounts."""
    (recruit,) = under(office, "recruit", syncs_per_day=1)
    (report,) = under(office, "report", syncs_per_day=1)
    office.opens(report.model_copy(update={"account": "creator_hr", "kind": "creator", "module": "hr/People"}))
    assert office.skips(recruit).reason == "daily_limit"


def test_the_day_is_the_organisations(office: Office) -> None:
    """LIM-2: not that of UTC, nor of the sync's schedule."""
    one, two = under(office, "one", "two", syncs_per_day=1)
    schedule = two.schedule.model_copy(update={"timezone": "Asia/Tokyo"})
    two = two.model_copy(update={"schedule": schedule})
    last_second = BERLIN_MIDNIGHT - timedelta(seconds=1)
    office.opens(one, run=at(office, one, last_second))
    assert office.skips(two, run=at(office, two, last_second)).reason == "daily_limit"
    office.opens(two, run=at(office, two, BERLIN_MIDNIGHT))
    elsewhere = one.model_copy(update={"organisation_timezone": "America/New_York"})
    office.opens(elsewhere, run=at(office, elsewhere, BERLIN_MIDNIGHT))
    assert places(office) == [("2026-11-20", "one", "run"), ("2026-11-21", "two", "run")]


def test_a_skipped_run_is_decided_anew_when_it_is_cleared(office: Office) -> None:
    """LIM-2: after the limit was raised; then it takes its place."""
    one, two = under(office, "one", "two", syncs_per_day=1)
    office.opens(one)
    run = office.run(two)
    assert office.skips(two, run=run).reason == "daily_limit"
    office.opens(with_policy(two, syncs_per_day=2), run=run)
    assert len(places(office)) == 2


@pytest.mark.parametrize("kind", ["preview", "backfill"])
def test_previews_and_backfills_take_no_place(office: Office, kind: str) -> None:
    """LIM-2: neither do they need one, nor do they count as first activation."""
    one, two = under(office, "one", "two", syncs_per_day=1, per_month=1)

    def special(sync: ResolvedSync) -> RunInfo:
        if kind == "preview":
            return at(office, sync, NOON, conf={"preview": True})
        times = {"data_interval_start": NOON - 2 * DAY, "data_interval_end": NOON - DAY}
        return at(office, sync, NOON, RunType.BACKFILL, **times)

    office.opens(two, run=special(two))
    assert places(office) == []
    assert office.rows(_INITIATIONS) == []
    office.opens(one)
    office.opens(two, run=special(two))
    assert places(office) == [("2026-11-20", "one", "run")]
    assert office.skips(two).reason == "monthly_limit"


def test_a_retry_takes_no_place(office: Office) -> None:
    """LIM-2: a fetch under way goes on the next day, be its places taken."""
    one, two = under(office, "one", "two", syncs_per_day=1)
    run = office.run(one)
    open_fetch(run, one, office.warehouse, NOON)
    tomorrow = NOON + DAY
    office.opens(two, run=at(office, two, tomorrow))
    open_fetch(run, one, office.warehouse, tomorrow)
    record_abandoned(run.dag_id, run.run_id, office.warehouse)
    open_fetch(run, one, office.warehouse, tomorrow)
    assert places(office) == [("2026-11-20", "one", "run"), ("2026-11-21", "two", "run")]


def test_a_cleared_run_takes_no_place(office: Office, desk: Desk) -> None:
    """LIM-2: a loaded run that is read again on another day."""
    desk.sync = with_policy(desk.sync, syncs_per_day=1)
    run = desk.stage([record("1", "ann@example.org")])
    desk.classify_and_load(run)
    (other,) = under(office, "other", syncs_per_day=1)
    office.opens(other, run=at(office, other, NOON + 3 * DAY))
    fetch, _ = open_fetch(run, desk.sync, desk.warehouse, NOON + 3 * DAY)
    assert fetch.fetch_id == 3
    assert [row[1] for row in places(office)] == ["candidates_daily", "other"]


def test_a_refused_run_takes_no_place(office: Office) -> None:
    """LIM-2: it did not run."""
    one, two = under(office, "one", "two", syncs_per_day=1)
    with pytest.raises(ConfigError, match="unknown key"):
        office.opens(one, run=at(office, one, NOON, conf={"retreive": "all"}))
    states.deactivate(office.warehouse, "one", "ann", "off", NOON, lambda: one)
    assert office.skips(one).reason == "by_hand"
    assert places(office) == []
    office.opens(two)


def test_a_sync_created_today_counts_today(office: Office) -> None:
    """LIM-2, CFG-1: created is the date in its file, seen when it is registered, be it not run."""
    today, long_ago = date(2026, 11, 20), date(2026, 11, 19)
    created = [sync.model_copy(update={"created": today}) for sync in under(office, "a", "b", "c", syncs_per_day=2)]
    states.deactivate(office.warehouse, "a", "ann", "not yet", NOON, lambda: created[0])
    old = created[1].model_copy(update={"created": long_ago})
    states.deactivate(office.warehouse, "b", "ann", "not yet", NOON, lambda: old)
    assert places(office) == [("2026-11-20", "a", "created")]
    full = with_policy(created[2], active_syncs=0)
    assert office.skips(full).reason == "over_limit"
    assert places(office)[1:] == [("2026-11-20", "c", "created")]
    (other,) = under(office, "other", syncs_per_day=2)
    assert office.skips(other).reason == "daily_limit"


def test_initiating_and_activating_take_places(office: Office) -> None:
    """LIM-2: initiate does, and so does a first activation; being activated again does not."""
    one, two, three = under(office, "one", "two", "three", syncs_per_day=1)
    office.opens(one)
    tomorrow = NOON + DAY
    states.initiate(office.warehouse, one, "ann", tomorrow, silent)
    assert places(office)[1:] == [("2026-11-21", "one", "initiated")]
    with pytest.raises(SyncSkipped) as refused:
        office.activates(two, now=tomorrow)
    assert refused.value.reason == "daily_limit"
    assert "on 2026-11-21 (Europe/Berlin) these were: one." in refused.value.remedy
    assert office.stands() == {"one": "active"}
    with pytest.raises(SyncSkipped, match="daily_limit"):
        office.activates(three, now=tomorrow)
    states.deactivate(office.warehouse, "one", "ann", "off", tomorrow, lambda: one)
    office.activates(two, now=tomorrow + DAY)
    office.activates(one, now=tomorrow + DAY)
    assert places(office)[2:] == [("2026-11-22", "two", "initiated")]
    with pytest.raises(SyncSkipped, match="daily_limit"):
        states.initiate(office.warehouse, one, "ann", tomorrow + DAY, silent)
    assert office.rows("SELECT restart_pending FROM sync.sync WHERE sync_id = 'one'") == [{"restart_pending": True}]
    assert [row["kind"] for row in office.rows("SELECT kind FROM sync.act ORDER BY act_id")] == [
        "initiate", "deactivate", "activate", "activate",
    ]  # fmt: skip


def test_null_lifts_the_limit_of_the_day(office: Office) -> None:
    """LIM-2: `syncs_per_day: null`."""
    for sync in under(office, *(f"s{n}" for n in range(12)), active_syncs=None, syncs_per_day=None):
        office.opens(sync)
    assert len(places(office)) == 12


def test_ten_of_each_unless_somebody_says_otherwise(office: Office) -> None:
    """LIM-2: the defaults: ten active syncs, ten a day, fifty a month."""
    syncs = under(office, *(f"s{n}" for n in range(11)))
    for sync in syncs[:10]:
        office.opens(sync)
    assert office.skips(syncs[10]).reason == "over_limit"
    assert office.skips(with_policy(syncs[10], active_syncs=11)).reason == "over_limit"
    states.deactivate(office.warehouse, "s0", "ann", "makes room", NOON, lambda: syncs[0])
    with pytest.raises(SyncSkipped, match="distinct syncs created, initiated or run a day is 10 "):
        office.activates(syncs[10])
    policies = syncs[0].policies
    assert (policies.per_month, policies.monthly_limit_counts, policies.over_limit) == (50, "initiations", "refuse")


def test_the_example_syncs_leave_room_for_a_newcomer(office: Office) -> None:
    """LIM-2: all of them, twice a day, keep within the limits that are shipped, and two more syncs find room."""
    loaded = load_syncs(include_folder())
    for turn in range(2):
        for sync in loaded.syncs.values():
            office.opens(sync, run=at(office, sync, NOON + turn * timedelta(hours=1)))
    mine, yours = (office.named(name) for name in ("mine", "yours"))
    for sync in (mine, yours):
        office.opens(sync)
    assert set(office.stands().values()) == {"active"}
    assert len(places(office)) == len(loaded.syncs) + 2 <= mine.policies.syncs_per_day
    assert len(office.rows(_INITIATIONS)) <= 12


# ── the month ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_so_many_initiations_a_month(office: Office) -> None:
    """LIM-2: first activations count, further runs do not; past the limit runs are skipped until the 1st."""
    one, two, three = under(office, "one", "two", "three", per_month=2)
    office.opens(one)
    office.activates(two)
    skip = office.skips(three)
    assert skip.reason == "monthly_limit"
    assert skip.remedy == (
        "The organisation's limit of 2 initiations (first activations, one-time runs, initiate) a month is reached for "
        "2026-11 (LIM-2). Its scheduled runs work again from 2026-12-01 00:00 Europe/Berlin on and miss nothing; or "
        "then by hand: airflow dags trigger three. Or raise per_month in organisation.yaml (null: no limit), and clear "
        "this run. See: contact-sync list --limits"
    )
    for sync in (one, two, one, two):
        office.opens(sync)
    with pytest.raises(SyncSkipped, match="monthly_limit"):
        states.initiate(office.warehouse, one, "ann", FIRST - timedelta(seconds=1), silent)
    assert office.skips(three, run=at(office, three, FIRST - timedelta(seconds=1))).reason == "monthly_limit"
    office.opens(three, run=at(office, three, FIRST))
    assert [tuple(row.values())[:3] for row in office.rows(_INITIATIONS)] == [
        ("2026-11-20", "one", "first_activation"),
        ("2026-11-20", "two", "first_activation"),
        ("2026-12-01", "three", "first_activation"),
    ]


def test_one_time_runs_count_each(office: Office) -> None:
    """LIM-2, RET-1: an initiate and the run that it asks for are one initiation."""
    once = office.sync.schedule.model_copy(update={"frequency": "once", "at": None})
    (sync,) = under(office, "once", per_month=3)
    sync = sync.model_copy(update={"schedule": once})
    office.opens(sync)
    with office.warehouse.transaction() as connection:
        complete(connection, 1)
    states.initiate(office.warehouse, sync, "ann", NOON, silent)
    office.opens(sync)
    with office.warehouse.transaction() as connection:
        complete(connection, 1)
    office.activates(sync)
    office.opens(sync)
    assert [tuple(row.values())[2:] for row in office.rows(_INITIATIONS)] == [
        ("one_time_run", 1), ("initiate", 2), ("one_time_run", 3),
    ]  # fmt: skip
    skip = office.skips(sync)
    assert skip.reason == "monthly_limit"
    assert "one-time sync: run it from 2026-12-01 00:00 Europe/Berlin on with: airflow dags trigger once" in skip.remedy


def test_a_restart_counts_once(office: Office) -> None:
    """LIM-2, RET-10: initiate counts, and the run that reads everything does not again."""
    (one,) = under(office, "one", per_month=2)
    office.opens(one)
    states.initiate(office.warehouse, one, "ann", NOON, silent)
    office.opens(one)
    assert [tuple(row.values())[2:] for row in office.rows(_INITIATIONS)] == [("first_activation", 1), ("initiate", 2)]
    with pytest.raises(SyncSkipped, match="monthly_limit"):
        states.initiate(office.warehouse, one, "ann", NOON, silent)


def test_a_first_activation_past_the_month_is_refused(office: Office) -> None:
    """LIM-2: and nothing of it stays."""
    one, two = under(office, "one", "two", per_month=1)
    office.opens(one)
    with pytest.raises(SyncSkipped, match="monthly_limit"):
        office.activates(two)
    assert office.stands() == {"one": "active"}
    assert office.rows("SELECT kind FROM sync.act") == []


def test_the_month_may_count_syncs(office: Office) -> None:
    """LIM-2: `monthly_limit_counts: active_syncs`; who had a place this month goes on."""
    one, two, three = under(office, "one", "two", "three", per_month=2, monthly_limit_counts="active_syncs")
    office.opens(one, run=at(office, one, NOON))
    office.opens(two, run=at(office, two, NOON + DAY))
    skip = office.skips(three, run=at(office, three, NOON + 2 * DAY))
    assert skip.reason == "monthly_limit"
    assert "limit of 2 syncs that are created, initiated or run a month is reached for 2026-11" in skip.remedy
    for _ in range(3):
        states.initiate(office.warehouse, one, "ann", NOON + 2 * DAY, silent)
    office.opens(two, run=at(office, two, NOON + 2 * DAY))
    office.opens(three, run=at(office, three, FIRST))


def test_who_is_created_past_the_month_does_not_slip_in(office: Office) -> None:
    """LIM-2: under active_syncs a place makes one of the syncs of the month, and none is left for a created one; under
    initiations the month has nothing to do with it.
    """
    month = {"per_month": 1, "monthly_limit_counts": "active_syncs"}
    one, two, three = (
        sync.model_copy(update={"created": date(2026, 11, 20)})
        for sync in under(office, "one", "two", "three", **month)
    )
    office.opens(one)
    states.deactivate(office.warehouse, "two", "ann", "not yet", NOON, lambda: two)
    with pytest.raises(SyncSkipped, match="monthly_limit"):
        office.activates(two)
    assert [row[1] for row in places(office)] == ["one"]
    by_initiations = with_policy(three, monthly_limit_counts="initiations")
    assert office.skips(by_initiations).reason == "monthly_limit"
    assert places(office)[1:] == [("2026-11-20", "three", "created")]


def test_no_initiation_is_left_for_a_run_that_is_none(office: Office) -> None:
    """LIM-2: `per_month: 0` stops initiations, and no run of what was initiated before."""
    (one,) = under(office, "one")
    office.opens(one)
    none_left = with_policy(one, per_month=0)
    office.opens(none_left)
    with pytest.raises(SyncSkipped, match="monthly_limit"):
        states.initiate(office.warehouse, none_left, "ann", NOON, silent)


def test_null_lifts_the_limit_of_the_month(office: Office) -> None:
    """LIM-2: `per_month: null`."""
    (one,) = under(office, "one", per_month=None)
    office.opens(one)
    for _ in range(60):
        states.initiate(office.warehouse, one, "ann", NOON, silent)
    office.opens(one)
