"""RET-2, RET-4, RET-7: which change times a run reads, and where the watermark stands afterwards."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contact_sync.core.run import RunInfo, RunType
from contact_sync.core.schedule import wall_moment
from contact_sync.core.window import Earliest, Window, next_watermark, resolve_window
from contact_sync.errors import ConfigError, SyncSkipped

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)
OVERLAP = timedelta(minutes=10)

# Zone, and the days whose midnights enclose its two changes of the clocks in 2026.
CHANGES = [
    ("Europe/Berlin", date(2026, 3, 29), 23),
    ("Europe/Berlin", date(2026, 10, 25), 25),
    ("America/New_York", date(2026, 3, 8), 23),
    ("America/New_York", date(2026, 11, 1), 25),
    ("Australia/Lord_Howe", date(2026, 10, 4), 23.5),
    ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
]


def a_run(run_type: RunType = RunType.SCHEDULED, *, at: datetime = NOON, **given: Any) -> RunInfo:
    """A run at `at`; its interval, if it has one, is the day before."""
    known: dict[str, Any] = {"run_after": at, "started_at": at + timedelta(seconds=5)}
    if run_type in (RunType.SCHEDULED, RunType.BACKFILL):
        known |= {"data_interval_start": at - DAY, "data_interval_end": at}
    return RunInfo("candidates", f"{run_type}__1", run_type, **(known | given))


def window_of(run: RunInfo, **given: Any) -> Window:
    known: dict[str, Any] = {
        "watermark": None,
        "overlap": OVERLAP,
        "retrieve_after": None,
        "each_fetch": "changes",
        "frequency": "daily",
    }
    return resolve_window(run, **(known | given))


def test_first_scheduled_run_reads_all_up_to_its_intervals_end() -> None:
    """RET-4, RET-2: no watermark yet, `all`."""
    assert window_of(a_run()) == Window(None, NOON, first=True)


def test_first_scheduled_run_reads_from_the_configured_moment() -> None:
    """RET-2: `after` with a zone, given back in UTC."""
    after = datetime.fromisoformat("2026-11-01T00:00:00+01:00")
    found = window_of(a_run(), retrieve_after=after)
    assert found == Window(datetime(2026, 10, 31, 23, tzinfo=UTC), NOON, first=True)
    assert found.start is not None
    assert found.start.tzinfo is UTC


def test_scheduled_run_makes_up_for_failed_days() -> None:
    """RET-4: the start is the watermark less the overlap, not the interval's start."""
    three_days_ago = NOON - 3 * DAY
    assert window_of(a_run(), watermark=three_days_ago) == Window(three_days_ago - OVERLAP, NOON, first=False)


def test_late_scheduled_run_behind_the_watermark_stays_a_window() -> None:
    """RET-4: a manual run came first; the late scheduled one reads only the overlap, and no gap opens."""
    assert window_of(a_run(), watermark=NOON + DAY) == Window(NOON - OVERLAP, NOON, first=False)
    no_overlap = window_of(a_run(), watermark=NOON + DAY, overlap=timedelta(0))
    assert no_overlap.start == NOON - timedelta(seconds=1)


def test_each_fetch_all_reads_the_configured_scope_again() -> None:
    """RET-2: `each_fetch: all` leaves the watermark out of the start."""
    after = NOON - 30 * DAY
    assert window_of(a_run(), watermark=NOON - DAY, each_fetch="all") == Window(None, NOON, first=False)
    assert window_of(a_run(), watermark=NOON - DAY, each_fetch="all", retrieve_after=after).start == after


def test_one_time_run_reads_up_to_now_although_its_time_is_past() -> None:
    """RET-1, RET-4: Airflow dates a one-time run at the start date of its DAG."""
    run = a_run(at=NOON - 10 * DAY, started_at=NOON, data_interval_start=NOON - 10 * DAY)
    assert window_of(run, frequency="once") == Window(None, NOON, first=True)
    ahead = a_run(started_at=NOON - timedelta(minutes=1))
    assert window_of(ahead, frequency="once").end == NOON


def test_one_time_sync_run_again_reads_what_is_configured() -> None:
    """RET-2: only periodic syncs continue from the watermark."""
    assert window_of(a_run(), frequency="once", watermark=NOON - DAY).start is None


def test_restart_forgets_the_watermark() -> None:
    """RET-10, RET-11: initiate, or a changed source, is a first fetch again."""
    assert window_of(a_run(), watermark=NOON - DAY, restart=True) == Window(None, NOON, first=True)


def test_asset_triggered_run_without_interval_ends_when_it_runs() -> None:
    """RET-4: Airflow gives asset-triggered runs no interval."""
    found = window_of(a_run(RunType.ASSET_TRIGGERED), watermark=NOON - DAY)
    assert found == Window(NOON - DAY - OVERLAP, NOON + timedelta(seconds=5), first=False)


def test_backfill_reads_exactly_its_interval_and_moves_no_watermark() -> None:
    """RET-4, RET-5: whatever the watermark, `after` or each_fetch say."""
    expected = Window(NOON - DAY, NOON, first=False, moves_watermark=False)
    run = a_run(RunType.BACKFILL)
    assert window_of(run, watermark=NOON - 7 * DAY, each_fetch="all", retrieve_after=NOON + DAY) == expected
    assert window_of(run).first is True


def test_backfill_without_an_interval_is_refused() -> None:
    """RET-5: nothing to read exactly."""
    with pytest.raises(ConfigError, match="exactly its data interval and this run has none"):
        window_of(a_run(RunType.BACKFILL, data_interval_start=NOON))


@pytest.mark.parametrize("prefilled", [None, NOON - 9 * DAY], ids=["API: no logical date", "UI: prefilled interval"])
def test_manual_run_as_configured_ignores_its_data_interval(prefilled: datetime | None) -> None:
    """RET-4: from the watermark less the overlap to the moment of the run."""
    run = a_run(
        RunType.MANUAL,
        data_interval_start=prefilled,
        data_interval_end=prefilled and prefilled + DAY,
        conf={"retrieve": "as_configured", "after": None, "push": "as_configured"},
    )
    assert window_of(run, watermark=NOON - DAY) == Window(NOON - DAY - OVERLAP, NOON, first=False)
    assert window_of(run) == Window(None, NOON, first=True)


def test_manual_run_over_all_data() -> None:
    """RET-4, RET-6: `retrieve: all` overrides watermark and configuration."""
    run = a_run(RunType.MANUAL, conf={"retrieve": "all"})
    assert window_of(run, watermark=NOON - DAY, retrieve_after=NOON - 5 * DAY) == Window(None, NOON, first=False)


@pytest.mark.parametrize(
    ("after", "watermark", "configured", "moves"),
    [
        pytest.param(NOON - 3 * DAY, NOON - DAY, None, True, id="behind the watermark: nothing is left out"),
        pytest.param(NOON - DAY, NOON - 3 * DAY, None, False, id="ahead of it: the two days between are unread"),
        pytest.param(NOON - DAY, None, None, False, id="never fetched, all configured: everything before is unread"),
        pytest.param(NOON - DAY, None, NOON - 3 * DAY, False, id="never fetched, later than configured"),
        pytest.param(NOON - 5 * DAY, None, NOON - 3 * DAY, True, id="never fetched, earlier than configured"),
    ],
)
def test_manual_run_after_a_moment(
    after: datetime, watermark: datetime | None, configured: datetime | None, moves: bool
) -> None:
    """RET-4, RET-7: the form's start holds; the watermark never jumps over what was not read."""
    run = a_run(RunType.MANUAL, conf={"retrieve": "after", "after": after.isoformat()})
    found = window_of(run, watermark=watermark, retrieve_after=configured)
    assert found == Window(after, NOON, first=watermark is None, moves_watermark=moves)


def test_manual_run_after_its_own_moment_is_refused() -> None:
    """RET-6: bad input is refused at once with the reason."""
    run = a_run(RunType.MANUAL, conf={"after": "2027-01-01T00:00:00+01:00"})
    with pytest.raises(ConfigError, match=r"2026-12-31T23:00:00\+00:00 is not before the moment of the run"):
        window_of(run)


@pytest.mark.parametrize("run_type", [RunType.SCHEDULED, RunType.BACKFILL, RunType.ASSET_TRIGGERED])
def test_only_manual_runs_choose_what_to_retrieve(run_type: RunType) -> None:
    """RET-4: a backfill told to read all would not be one."""
    with pytest.raises(ConfigError, match=f"manual runs only; a {run_type} run"):
        window_of(a_run(run_type, conf={"retrieve": "all"}))


def test_window_that_ends_before_the_configured_moment_is_skipped() -> None:
    """RET-2: nothing to read yet is no failure, and says what to do."""
    with pytest.raises(SyncSkipped) as skipped:
        window_of(a_run(), retrieve_after=NOON + DAY)
    assert skipped.value.reason == "not_yet"
    assert "The first run past that moment takes it" in skipped.value.remedy


def test_unknown_conf_key_is_refused() -> None:
    """RET-6: with the close match."""
    with pytest.raises(ConfigError, match=r"unknown key 'retreive'.*Did you mean 'retrieve'\?"):
        window_of(a_run(RunType.MANUAL, conf={"retreive": "all"}))


@pytest.mark.parametrize(("zone", "day", "hours"), CHANGES)
@pytest.mark.parametrize("run_type", list(RunType))
def test_every_kind_of_run_across_a_clock_change(zone: str, day: date, hours: float, run_type: RunType) -> None:
    """RET-4: consecutive local days meet at one instant, 23 or 25 hours long, for each kind of run."""
    midnights = [wall_moment(day + timedelta(days=n), time(), zone) for n in (0, 1)]
    assert midnights[1] - midnights[0] == timedelta(hours=hours)
    interval = (
        {"data_interval_start": midnights[0], "data_interval_end": midnights[1]}
        if run_type in (RunType.SCHEDULED, RunType.BACKFILL)
        else {}
    )
    run = a_run(run_type, at=midnights[1], started_at=midnights[1], **interval)
    found = window_of(run, watermark=midnights[0], overlap=timedelta(0))
    assert (found.start, found.end) == (midnights[0], midnights[1])
    with_logical_date = a_run(RunType.MANUAL, at=midnights[1], data_interval_start=midnights[0] - DAY)
    assert window_of(with_logical_date, watermark=midnights[0]).start == midnights[0] - OVERLAP


seconds = st.integers(1_735_689_600, 1_830_211_200)  # 2025 to 2027
moments = st.builds(datetime.fromtimestamp, seconds, st.timezones())
overlaps = st.integers(0, 3 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes))


@given(
    run_type=st.sampled_from(list(RunType)),
    at=moments,
    length=st.integers(1, 10**6),
    watermark=st.none() | moments,
    overlap=overlaps,
    each_fetch=st.sampled_from(["changes", "all"]),
    restart=st.booleans(),
)
def test_laws_of_windows(
    run_type: RunType,
    at: datetime,
    length: int,
    watermark: datetime | None,
    overlap: timedelta,
    each_fetch: str,
    restart: bool,
) -> None:
    """RET-4, RET-7: start before end, in UTC; nothing between watermark and start; the watermark never falls."""
    begin = at.astimezone(UTC) - timedelta(seconds=length)
    run = a_run(run_type, at=at, data_interval_start=begin, data_interval_end=at)
    found = window_of(run, watermark=watermark, overlap=overlap, each_fetch=each_fetch, restart=restart)
    assert found.end.utcoffset() == timedelta(0)
    assert found.start is None or found.start < found.end
    if found.moves_watermark and found.start is not None and watermark is not None:
        assert found.start <= watermark
    if watermark is not None:
        assert next_watermark(found.end, at, watermark) >= watermark


@given(end=moments, clock=moments, current=st.none() | moments)
def test_laws_of_the_watermark(end: datetime, clock: datetime, current: datetime | None) -> None:
    """RET-7: the source's clock bounds it, it only goes forward, and setting it twice changes nothing."""
    found = next_watermark(end, clock, current)
    assert current is None or found >= current
    assert found <= max(min(end, clock), current or min(end, clock))
    assert next_watermark(end, clock, found) == found
    assert found.utcoffset() == timedelta(0)


def test_watermark_follows_the_sources_clock_when_ours_is_ahead() -> None:
    """RET-7: ours an hour ahead would skip an hour of changes."""
    assert next_watermark(NOON + timedelta(hours=1), NOON, None) == NOON
    assert next_watermark(NOON, NOON + timedelta(hours=1), None) == NOON


MONTH_AGO = NOON - 30 * DAY


def test_by_hand_reaches_no_further_back_than_the_policy_allows() -> None:
    """RET-3: the error names the earliest moment; that moment itself is allowed."""
    earliest = Earliest(after=MONTH_AGO)
    early = a_run(RunType.MANUAL, conf={"retrieve": "after", "after": (MONTH_AGO - DAY).isoformat()})
    with pytest.raises(ConfigError, match=MONTH_AGO.isoformat().replace("+", r"\+")):
        window_of(early, earliest=earliest)
    allowed = a_run(RunType.MANUAL, conf={"retrieve": "after", "after": MONTH_AGO.isoformat()})
    assert window_of(allowed, earliest=earliest).start == MONTH_AGO


@pytest.mark.parametrize("bound", [None, MONTH_AGO])
def test_all_data_by_hand_reaches_back_as_far_as_the_policy_says(bound: datetime | None) -> None:
    """RET-3: `all` by hand is unbounded on Recruit, and on Creator as policy creator_all says."""
    run = a_run(RunType.MANUAL, conf={"retrieve": "all"})
    assert window_of(run, earliest=Earliest(everything=bound)).start == bound


def test_a_backfill_beyond_the_lookback_is_refused_only_by_policy() -> None:
    """RET-3, RET-5: backfills are exempt unless backfill_beyond_lookback is off; then the error names the earliest."""
    run = a_run(RunType.BACKFILL, at=MONTH_AGO)
    assert window_of(run, earliest=Earliest(after=MONTH_AGO)).start == MONTH_AGO - DAY
    with pytest.raises(ConfigError, match="backfill_beyond_lookback"):
        window_of(run, earliest=Earliest(backfill=MONTH_AGO))
