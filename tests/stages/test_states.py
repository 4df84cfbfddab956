"""States of syncs: why runs are skipped, what a person can do about it, and that no data is lost (LIM-1)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from contact_sync.config.resolved import ResolvedSync
from contact_sync.core.run import RunType
from contact_sync.errors import (
    ConfigError,
    ContactSyncError,
    CredentialsError,
    RateLimited,
    SourceRenamed,
    SyncSkipped,
    Unavailable,
)
from contact_sync.stages import states
from contact_sync.stages.opening import open_fetch
from tests.stages.desk import Desk, record
from tests.stages.office import NOON, Office, silent, with_policy

DAILY = "candidates_daily"
_HISTORY = "SELECT sync_id, status, reason, remedy FROM sync.import_history ORDER BY fetch_id"
_ACTS = "SELECT kind, who, reason, sync_id FROM sync.act JOIN sync.sync USING (sync_no) ORDER BY act_id"


# ── ACC-4: credentials ────────────────────────────────────────────────────────────────────────────────────────────


def test_changed_credentials_stop_every_sync_of_the_account(office: Office) -> None:
    """ACC-4: the next run sees it and is skipped; so are the others, until each is activated by hand."""
    one, two = office.named("one"), office.named("two")
    other = office.named("other", account="recruit_other")
    for sync in (one, two, other):
        office.opens(sync, "old")
    skip = office.skips(one, "new")
    assert skip.reason == "credentials_changed"
    assert "contact-sync activate one," in skip.remedy
    assert "contact-sync activate --account recruit_demo" in skip.remedy
    assert office.skips(two, "new").reason == "credentials_changed"
    office.opens(other, "old")
    assert office.stands() == {"one": "credentials_changed", "two": "credentials_changed", "other": "active"}
    assert office.activates(one) == states.Change("one", True, "active", "credentials_changed")
    office.opens(one, "new")
    assert office.skips(two, "new").reason == "credentials_changed"
    last = office.rows(_HISTORY)[-1]
    assert (last["status"], last["reason"]) == ("skipped", "credentials_changed")
    assert "contact-sync activate two" in last["remedy"]


def test_all_syncs_of_an_account_are_activated_together(office: Office) -> None:
    """ACC-4: those that wait because of the credentials, and no other; each act is kept with who, when and why."""
    one, two, off = office.named("one"), office.named("two"), office.named("off")
    for sync in (one, two, off):
        office.opens(sync, "old")
    states.deactivate(office.warehouse, "off", "ann", "not needed", NOON, lambda: off)
    office.skips(one, "new")
    changes = states.activate_account(office.warehouse, "recruit_demo", "ben", None, None, NOON)
    assert [(change.sync_id, change.before) for change in changes] == [
        ("one", "credentials_changed"), ("two", "credentials_changed"),
    ]  # fmt: skip
    assert office.stands() == {"one": "active", "two": "active", "off": "by_hand"}
    assert [tuple(act.values()) for act in office.rows(_ACTS)] == [
        ("deactivate", "ann", "not needed", "off"), ("activate", "ben", None, "one"), ("activate", "ben", None, "two"),
    ]  # fmt: skip
    assert states.activate_account(office.warehouse, "recruit_demo", "ben", None, None, NOON) == []
    office.opens(two, "new")


def test_a_second_change_counts_again(office: Office) -> None:
    """ACC-4: the fingerprint seen is the known one from then on; going back to the old one is a change, too."""
    one = office.named("one")
    office.opens(one, "old")
    office.skips(one, "new")
    office.activates(one)
    office.opens(one, "new")
    assert office.skips(one, "old").reason == "credentials_changed"


def test_a_retry_never_reads_with_other_credentials(office: Office) -> None:
    """ACC-4: a fetch that began with the old ones is skipped when tried again; activated, the same fetch goes on."""
    one = office.named("one")
    run = office.run(one)
    fetch, _ = open_fetch(run, one, office.warehouse, NOON, office.hashed("old"))
    assert office.skips(one, "new", run).reason == "credentials_changed"
    (row,) = office.rows(_HISTORY)
    assert (row["status"], row["reason"]) == ("skipped", "credentials_changed")
    office.activates(one)
    assert office.opens(one, "new", run) == fetch.fetch_id


def test_policy_continue_lets_the_syncs_go_on(office: Office) -> None:
    """ACC-4: on_credential_change: continue."""
    one = with_policy(office.named("one"), on_credential_change="continue")
    office.opens(one, "old")
    office.opens(one, "new")
    assert office.stands() == {"one": "active"}


def test_unknown_credentials_are_not_compared(office: Office) -> None:
    """ACC-4: a connection that lacks something is told by the client; putting the same values back is no change."""
    one = office.named("one")
    office.opens(one, "old")
    office.opens(one, None)
    office.opens(one, "old")


# ── SRC-7: renamed sources ────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def creator(office: Office) -> dict[str, ResolvedSync]:
    """Two syncs on one report, one on another report of the application, one on another application; all registered."""
    reports = {"one": "hiring/applicants", "two": "hiring/applicants", "three": "hiring/staff", "four": "other/staff"}
    syncs = {
        sync_id: office.named(sync_id, account="creator_hr", kind="creator", module=module)
        for sync_id, module in reports.items()
    }
    for sync in syncs.values():
        office.opens(sync)
    return syncs


@pytest.mark.parametrize(("application", "ended"), [(False, {"one", "two"}), (True, {"one", "two", "three"})])
def test_a_renamed_source_ends_every_sync_on_it(
    office: Office, creator: dict[str, ResolvedSync], application: bool, ended: set[str]
) -> None:
    """SRC-7: every sync on the report, or on all reports of an application that is gone; further runs are skipped."""
    office.fails(creator["one"], SourceRenamed("gone", application=application))
    stands = office.stands()
    assert {sync_id for sync_id, state in stands.items() if state == "source_renamed"} == ended
    assert {stands[sync_id] for sync_id in creator.keys() - ended} == {"active"}
    failed = office.rows(_HISTORY)[-1]
    assert (failed["status"], failed["reason"]) == ("failed", "extract: gone")
    assert "contact-sync new" in failed["remedy"]
    assert office.skips(creator["two"]).reason == "source_renamed"


@pytest.mark.parametrize(
    "error",
    [CredentialsError("x"), RateLimited("x"), Unavailable("x"), ConfigError("x")],
    ids=lambda e: type(e).__name__,
)
def test_no_other_error_changes_a_state(
    office: Office, creator: dict[str, ResolvedSync], error: ContactSyncError
) -> None:
    """SRC-7, ACC-3: a refused token, a limit, a report that may not be read: the state stays active."""
    office.fails(creator["one"], error)
    assert set(office.stands().values()) == {"active"}


def was_read(office: Office) -> None:
    with office.warehouse.engine.begin() as connection:
        connection.execute(text("UPDATE sync.fetch SET staged_rows = 1"))


def test_a_renamed_source_is_final(office: Office, creator: dict[str, ResolvedSync]) -> None:
    """SRC-7, LIM-1: activate and initiate refuse and print the command for a new sync; nobody asks the source."""
    was_read(office)
    office.fails(creator["one"], SourceRenamed("gone"))
    with pytest.raises(
        ConfigError, match=r"one cannot be activated, source_renamed: .*contact-sync new one_2 --account"
    ):
        office.activates(creator["one"], probe=None)
    with pytest.raises(ConfigError, match="contact-sync new"):
        states.initiate(office.warehouse, creator["one"], "ann", NOON, silent)
    renamed = creator["one"].model_copy(update={"module": "hiring/people"})
    assert office.skips(renamed).reason == "source_renamed"
    with pytest.raises(ConfigError, match="source_renamed"):
        office.activates(renamed)
    assert office.stands()["one"] == "source_renamed"
    assert office.rows(_ACTS) == []


def test_a_renamed_source_may_be_revivable(office: Office, creator: dict[str, ResolvedSync]) -> None:
    """SRC-7: under `revivable` activate works once the name answers, and says what the source says until then."""
    was_read(office)
    one = with_policy(creator["one"], on_source_rename="revivable")
    office.fails(one, SourceRenamed("gone"))
    assert "Once that name answers again: contact-sync activate one" in office.skips(one).remedy

    def still_gone(sync: ResolvedSync) -> None:
        raise SourceRenamed(f"no {sync.module}")

    with pytest.raises(SourceRenamed, match="no hiring/applicants"):
        office.activates(one, still_gone)
    assert office.stands()["one"] == "source_renamed"
    assert office.activates(one).before == "source_renamed"
    office.opens(one)
    assert office.stands()["two"] == "source_renamed"


def test_a_name_that_never_answered_was_mistyped(office: Office, creator: dict[str, ResolvedSync]) -> None:
    """SRC-7: what was never read cannot have been renamed: mended, the sync is activated once the name answers."""
    office.fails(creator["one"], SourceRenamed("gone"))
    mended = creator["one"].model_copy(update={"module": "hiring/aplicants"})
    assert office.activates(mended).changed
    office.opens(mended)


# ── RET-9: the end of the period ──────────────────────────────────────────────────────────────────────────────────

BERLIN_MIDNIGHT = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
"""The end of 20 November in Berlin, the zone of the daily example."""


@pytest.mark.parametrize(
    ("run_type", "times", "runs"),
    [
        ("manual", {"at": BERLIN_MIDNIGHT - timedelta(seconds=1)}, True),
        ("manual", {"at": BERLIN_MIDNIGHT}, False),
        ("scheduled", {"at": NOON, "end": BERLIN_MIDNIGHT - timedelta(hours=1)}, True),
        ("scheduled", {"at": BERLIN_MIDNIGHT + timedelta(days=2), "end": BERLIN_MIDNIGHT - timedelta(hours=1)}, True),
        ("scheduled", {"at": NOON, "end": BERLIN_MIDNIGHT + timedelta(hours=1)}, False),
        ("backfill", {"at": BERLIN_MIDNIGHT, "end": BERLIN_MIDNIGHT - timedelta(days=3)}, False),
        ("manual", {"at": NOON, "end": BERLIN_MIDNIGHT + timedelta(days=30)}, True),
    ],
    ids=["last second", "midnight", "due", "due, but late", "due after", "backfill now", "prefilled interval"],
)
def test_the_last_day_counts_in_the_zone_of_the_sync(
    office: Office, run_type: str, times: dict[str, datetime], runs: bool
) -> None:
    """RET-9: a run is judged by when it was due, not by when it came to work; the last day is included."""
    sync = office.named("one", active_until=date(2026, 11, 20))
    end = times.get("end")
    run = office.run(
        sync, RunType(run_type), times["at"],
        data_interval_start=end - timedelta(days=1) if end else None, data_interval_end=end,
    )  # fmt: skip
    if runs:
        office.opens(sync, run=run)
    else:
        assert office.skips(sync, run=run).reason == "period_over"
        assert office.stands() == {"one": "period_over"}


def test_a_period_that_is_over_is_activated_by_a_later_last_day_only(office: Office) -> None:
    """RET-9, LIM-1: activate and initiate refuse, naming active_until and the file; after the change activate works."""
    over = office.named("one", active_until=date(2026, 11, 19))
    skip = office.skips(over)
    assert "active_until: 2026-11-19, has passed" in skip.remedy
    assert "change active_until in include/syncs/candidates_daily.yaml" in skip.remedy
    with pytest.raises(ConfigError, match=r"one cannot be activated, period_over: .*active_until: 2026-11-19"):
        office.activates(over)
    with pytest.raises(ConfigError, match="active_until"):
        states.initiate(office.warehouse, over, "ann", NOON, silent)
    longer = office.named("one", active_until=date(2026, 11, 20))
    assert office.skips(longer).reason == "period_over"
    assert office.activates(longer) == states.Change("one", True, "active", "period_over")
    office.opens(longer)


def test_a_sync_without_a_last_day_goes_on_for_ever(office: Office) -> None:
    """RET-9: no active_until, no end."""
    office.opens(office.named("one"), run=office.run(office.named("one"), at=NOON + timedelta(days=9000)))


# ── LIM-1: by hand ────────────────────────────────────────────────────────────────────────────────────────────────


def test_no_data_is_lost_by_an_inactive_time(desk: Desk) -> None:
    """LIM-1: runs are skipped, the watermark stays, and the first fetch after activation reads from there."""
    desk.take(record("1", "ann@example.org"))
    before = desk.rows("SELECT value FROM sync.watermark")
    states.deactivate(desk.warehouse, DAILY, "ann", "holidays", NOON, lambda: desk.sync)
    for _ in range(2):
        with pytest.raises(SyncSkipped, match=r"by_hand\..*contact-sync activate candidates_daily"):
            desk.take(record("1", "ann@example.org", City="Lost?"))
    assert desk.rows("SELECT value FROM sync.watermark") == before
    states.activate(desk.warehouse, desk.sync, "ann", None, NOON, silent)
    desk.take(record("2", "ben@example.org"))
    window = desk.rows("SELECT window_start, first FROM sync.fetch ORDER BY fetch_id DESC LIMIT 1")[0]
    assert window["window_start"] == before[0]["value"] - desk.sync.overlap
    assert not window["first"]


def test_a_fetch_under_way_ends_as_it_began(desk: Desk) -> None:
    """LIM-1: a sync that is deactivated meanwhile; its next run is skipped."""
    run = desk.stage([record("1", "ann@example.org")])
    states.deactivate(desk.warehouse, DAILY, "ann", "enough", NOON, lambda: desk.sync)
    assert desk.classify_and_load(run).counts["new"] == 1
    with pytest.raises(SyncSkipped, match="by_hand"):
        desk.stage([])


def test_acts_are_kept_once(office: Office) -> None:
    """LIM-1: who, when and why; what changes nothing is no act."""
    one = office.named("one")
    for _ in range(2):
        states.deactivate(office.warehouse, "one", "ann", "holidays", NOON, lambda: one)
    again = states.deactivate(office.warehouse, "one", "ann", "holidays", NOON, lambda: one)
    assert again == states.Change("one", False, "inactive", "by_hand")
    assert [office.activates(one).changed, office.activates(one).changed] == [True, False]
    assert [tuple(act.values()) for act in office.rows(_ACTS)] == [
        ("deactivate", "ann", "holidays", "one"), ("activate", "ann", "checked", "one"),
    ]  # fmt: skip


def test_activating_registers_what_no_run_has_seen(office: Office) -> None:
    """CFG-1: activate is a sight of the configuration, as a run is."""
    assert office.activates(office.named("one")) == states.Change("one", True, "active", "new")
    changed = office.named("one", list_name="Another list")
    assert office.activates(changed) == states.Change("one", False, "active", None)
    assert len(office.rows("SELECT * FROM sync.config_version")) == 2
    assert [act["kind"] for act in office.rows(_ACTS)] == ["activate"]


def test_a_deleted_sync_is_not_activated(office: Office) -> None:
    """LIM-1: it says what to do instead."""
    office.opens(office.named("one"))
    with office.warehouse.engine.begin() as connection:
        connection.execute(text("UPDATE sync.sync SET state = 'deleted'"))
    with pytest.raises(ConfigError, match=r"one cannot be activated, deleted: .*contact-sync new"):
        office.activates(office.named("one"))
    assert office.skips(office.named("one")).reason == "deleted"


def test_a_state_that_changes_while_the_source_is_asked_wins(office: Office, creator: dict[str, ResolvedSync]) -> None:
    """LIM-1: nobody activates what became inactive for another reason in between."""
    one = with_policy(creator["one"], on_source_rename="revivable")
    office.fails(one, SourceRenamed("gone"))

    def meanwhile(sync: ResolvedSync) -> None:
        with office.warehouse.engine.begin() as connection:
            connection.execute(
                text("UPDATE sync.sync SET inactive_reason = 'credentials_changed' WHERE sync_id = 'one'")
            )

    with pytest.raises(ConfigError, match="one cannot be activated, credentials_changed"):
        office.activates(one, meanwhile)
