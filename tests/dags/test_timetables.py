"""RET-1: when runs come and which windows they have, as Airflow's scheduler asks for them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from unittest import mock

import pendulum
import pytest
from airflow.serialization.decoders import decode_timetable
from airflow.serialization.encoders import encode_timetable
from airflow.timetables.base import DagRunInfo, DataInterval, TimeRestriction

from contact_sync.core.schedule import make_rule
from contact_sync.timetables import HourlyTimetable, OneTimeTimetable, PeriodicTimetable

DAILY = make_rule("daily", "02:30", "Europe/Berlin")
MONTH_END = make_rule("monthly", "06:00", "Europe/Berlin", day=30)


def moment(text: str) -> pendulum.DateTime:
    return pendulum.instance(datetime.fromisoformat(text))


def next_run(
    timetable: PeriodicTimetable | OneTimeTimetable,
    now: str,
    *,
    last: DataInterval | None = None,
    start: str = "2026-01-01T00:00:00+00:00",
    catchup: bool = False,
) -> DagRunInfo | None:
    """What the scheduler is told at `now`."""
    with mock.patch("airflow.timetables.interval.utcnow", return_value=moment(now)):
        return timetable.next_dagrun_info(
            last_automated_data_interval=last, restriction=TimeRestriction(moment(start), None, catchup)
        )


def all_runs(timetable: PeriodicTimetable, start: str, end: str) -> Iterator[DataInterval]:
    """Every window of the time, as a scheduler that never sleeps makes them."""
    last = None
    while True:
        info = next_run(timetable, start, last=last, start=start, catchup=True)
        assert info is not None
        if info.run_after > moment(end):
            return
        assert info.run_after == info.data_interval.end
        last = info.data_interval
        yield last


@pytest.mark.parametrize(
    "now",
    [
        "2026-03-28T12:00:00+00:00",
        "2026-03-29T01:10:00+00:00",
        "2026-03-29T01:30:00+00:00",
        "2026-03-29T01:45:00+00:00",
    ],
    ids=["day before", "clocks moved, not due yet", "due", "due and late"],
)
def test_the_run_of_the_day_on_which_the_clocks_skip_its_time_is_made(now: str) -> None:
    """RET-1: 02:30 does not exist on 29 March in Berlin; the run comes at 03:30, whenever the scheduler asks."""
    last = DataInterval(moment("2026-03-27T01:30:00+00:00"), moment("2026-03-28T01:30:00+00:00"))
    info = next_run(PeriodicTimetable(DAILY), now, last=last)
    assert info == DagRunInfo.interval(last.end, moment("2026-03-29T01:30:00+00:00"))


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("2026-03-20T00:00:00+00:00", "2026-04-05T12:00:00+00:00", 16),
        ("2026-10-18T00:00:00+00:00", "2026-11-03T12:00:00+00:00", 16),
    ],
    ids=["spring", "autumn"],
)
def test_windows_are_contiguous_and_one_a_local_day_across_dst(start: str, end: str, days: int) -> None:
    """RET-1, RET-4: neither a skipped nor a doubled run, no gap and no overlap between windows."""
    windows = list(all_runs(PeriodicTimetable(DAILY), start, end))
    assert all(earlier.end == later.start for earlier, later in pairwise(windows))
    local_days = [window.end.in_timezone("Europe/Berlin").date().toordinal() for window in windows]
    assert len(windows) == days
    assert local_days == list(range(local_days[0], local_days[0] + days))


def test_day_30_means_the_last_day_of_february() -> None:
    """RET-1: days 29 to 31 mean the last day of shorter months."""
    windows = all_runs(PeriodicTimetable(MONTH_END), "2026-01-01T00:00:00+00:00", "2026-06-01T00:00:00+00:00")
    assert [window.end.in_timezone("Europe/Berlin").format("MM-DD HH:mm") for window in windows] == [
        "02-28 06:00",
        "03-30 06:00",
        "04-30 06:00",
        "05-30 06:00",
    ]


def test_weekly_runs_on_its_weekday_at_local_time() -> None:
    """RET-1: Monday 06:00 in Berlin, summer and winter."""
    rule = make_rule("weekly", "06:00", "Europe/Berlin", weekday="monday")
    windows = all_runs(PeriodicTimetable(rule), "2026-10-12T00:00:00+00:00", "2026-11-10T00:00:00+00:00")
    assert [window.end.in_timezone("Europe/Berlin").format("ddd MM-DD HH:mm") for window in windows] == [
        "Mon 10-19 06:00",
        "Mon 10-26 06:00",
        "Mon 11-02 06:00",
        "Mon 11-09 06:00",
    ]


def test_without_catchup_only_the_latest_window_is_due() -> None:
    """RET-1: a DAG that was off for weeks makes one run, for its last window."""
    info = next_run(PeriodicTimetable(DAILY), "2026-11-20T12:00:00+00:00")
    assert info == DagRunInfo.interval(moment("2026-11-19T01:30:00+00:00"), moment("2026-11-20T01:30:00+00:00"))


def test_the_interval_of_a_run_by_hand_has_ended() -> None:
    """RET-4: what Airflow prefills for a manual run; the window ignores it, the UI shows it."""
    interval = PeriodicTimetable(DAILY).infer_manual_data_interval(run_after=moment("2026-11-20T12:00:00+00:00"))
    assert interval == DataInterval(moment("2026-11-19T01:30:00+00:00"), moment("2026-11-20T01:30:00+00:00"))


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (None, "2026-11-01T00:00:00+00:00"),
        ("2026-10-01T08:00:00+00:00", "2026-11-01T00:00:00+00:00"),
        ("2026-12-24T18:00:00+00:00", "2026-12-24T18:00:00+00:00"),
    ],
    ids=["none set: at once", "past: at once", "at its set time"],
)
def test_a_one_time_sync_runs_once(at: str | None, expected: str) -> None:
    """RET-1: at its set time, at once if none or past, and never again."""
    timetable = OneTimeTimetable(datetime.fromisoformat(at) if at else None)
    first = next_run(timetable, "2026-11-20T12:00:00+00:00", start="2026-11-01T00:00:00+00:00")
    assert first == DagRunInfo.exact(moment(expected))
    assert next_run(timetable, "2027-01-01T00:00:00+00:00", last=first.data_interval) is None


@pytest.mark.parametrize(
    ("timetable", "words"),
    [
        (PeriodicTimetable(DAILY), "Daily at 02:30, Europe/Berlin"),
        (
            PeriodicTimetable(make_rule("weekly", "06:00", "Asia/Kolkata", weekday="sunday")),
            "Weekly on Sunday at 06:00, Asia/Kolkata",
        ),
        (PeriodicTimetable(make_rule("monthly", "06:00", "UTC", day=5)), "Monthly on day 5 at 06:00, UTC"),
        (PeriodicTimetable(MONTH_END), "Monthly on day 30 (or the last) at 06:00, Europe/Berlin"),
        (OneTimeTimetable(None), "Once, as soon as possible"),
        (OneTimeTimetable(datetime(2026, 12, 24, 18, tzinfo=UTC)), "Once, on 2026-12-24 at 18:00 UTC"),
        (HourlyTimetable(17), "Hourly, 17 minutes past the hour, UTC"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_timetable_survives_airflows_database_and_speaks_plainly(
    timetable: PeriodicTimetable | OneTimeTimetable | HourlyTimetable, words: str
) -> None:
    """RET-1: the scheduler reads back the same rule; people read it in words."""
    again = decode_timetable(encode_timetable(timetable))
    assert type(again) is type(timetable)
    assert again == timetable
    assert again.summary == again.description == words
    again.validate()
