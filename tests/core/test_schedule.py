"""RET-1: daily, weekly and monthly at a wall time of a named zone; DST neither skips nor doubles a run."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pendulum
import pytest
from airflow.timetables.base import DataInterval, TimeRestriction
from airflow.timetables.interval import CronDataIntervalTimetable
from hypothesis import given, settings
from hypothesis import strategies as st

from contact_sync.core.schedule import Rule, cron_expressions, make_rule, next_due, previous_due, wall_moment
from contact_sync.errors import ConfigError

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe")
RULES = [
    Rule("daily", time(2, 30), "Europe/Berlin"),
    Rule("daily", time(2, 30), "America/New_York"),
    Rule("daily", time(1, 45), "Australia/Lord_Howe"),
    Rule("weekly", time(2, 30), "Europe/Berlin", weekday=6),
    Rule("monthly", time(0, 0), "America/New_York", day=31),
    Rule("monthly", time(6, 0), "Europe/Berlin", day=15),
]


def run_dates(rule: Rule, year: int) -> list[datetime]:
    """The due moments of a year, on the rule's own wall clock."""
    zone = ZoneInfo(rule.timezone)
    due = next_due(rule, datetime(year, 1, 1, tzinfo=zone) - timedelta(seconds=1))
    found = []
    while due.astimezone(zone).year == year:
        found.append(due.astimezone(zone))
        due = next_due(rule, due)
    return found


@pytest.mark.parametrize(
    ("day", "year", "days"),
    [
        pytest.param(31, 2026, [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], id="RET-1: 31st"),
        pytest.param(30, 2026, [30, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30], id="RET-1: 30th"),
        pytest.param(29, 2026, [29, 28, *[29] * 10], id="RET-1: 29th"),
        pytest.param(29, 2028, [29] * 12, id="RET-1: 29th in a leap year"),
        pytest.param(30, 2028, [30, 29, *[30] * 10], id="RET-1: 30th in a leap year"),
        pytest.param(15, 2026, [15] * 12, id="RET-1: 15th"),
    ],
)
def test_monthly_days_of_shorter_months(day: int, year: int, days: list[int]) -> None:
    rule = make_rule("monthly", "02:00", "Europe/Berlin", day=day)
    assert [moment.day for moment in run_dates(rule, year)] == days


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("at", ["00:00", "01:30", "01:45", "02:00", "02:30", "03:00"])
def test_every_local_day_has_one_daily_run(zone: str, at: str) -> None:
    """RET-1: also on the days on which the clocks change, at the hours that are skipped or repeated."""
    per_day = Counter(moment.date() for moment in run_dates(make_rule("daily", at, zone), 2026))
    assert set(per_day.values()) == {1}
    assert len(per_day) == 365


@pytest.mark.parametrize(
    ("zone", "day", "at", "expected"),
    [
        pytest.param("Europe/Berlin", date(2026, 3, 29), "02:30", "03:30+02:00", id="RET-1: Berlin skips 02:30"),
        pytest.param("Europe/Berlin", date(2026, 10, 25), "02:30", "02:30+01:00", id="RET-1: Berlin has 02:30 twice"),
        pytest.param("America/New_York", date(2026, 3, 8), "02:30", "03:30-04:00", id="RET-1: New York skips 02:30"),
        pytest.param("America/New_York", date(2026, 11, 1), "01:30", "01:30-05:00", id="RET-1: New York, 01:30 twice"),
        pytest.param("Australia/Lord_Howe", date(2026, 10, 4), "02:15", "02:45+11:00", id="RET-1: Lord Howe, no 02:15"),
        pytest.param("Australia/Lord_Howe", date(2026, 10, 4), "02:30", "02:30+11:00", id="RET-1: by 30 minutes only"),
        pytest.param(
            "Australia/Lord_Howe", date(2026, 4, 5), "01:45", "01:45+10:30", id="RET-1: Lord Howe, 01:45 twice"
        ),
    ],
)
def test_wall_times_that_do_not_exist_or_come_twice(zone: str, day: date, at: str, expected: str) -> None:
    moment = wall_moment(day, time.fromisoformat(at), zone).astimezone(ZoneInfo(zone))
    assert moment.isoformat() == f"{day}T{expected[:5]}:00{expected[5:]}"


def test_weekly_runs_on_its_weekday_with_seven_days_between() -> None:
    """RET-1: weekly (day)."""
    found = run_dates(make_rule("weekly", "02:00", "Europe/Berlin", weekday="monday"), 2026)
    assert {moment.weekday() for moment in found} == {0}
    assert {(second.date() - first.date()).days for first, second in pairwise(found)} == {7}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (make_rule("daily", "02:05", "UTC"), ("5 2 * * *",)),
        (make_rule("weekly", "02:00", "UTC", weekday="sunday"), ("0 2 * * 0",)),
        (make_rule("weekly", "02:00", "UTC", weekday="monday"), ("0 2 * * 1",)),
        (make_rule("monthly", "02:00", "UTC", day=1), ("0 2 1 * *",)),
        (make_rule("monthly", "02:00", "UTC", day=31), ("0 2 L * *",)),
        (make_rule("monthly", "02:00", "UTC", day=30), ("0 2 30 1,3-12 *", "0 2 L 2 *")),
    ],
)
def test_cron_text(rule: Rule, expected: tuple[str, ...]) -> None:
    """RET-1: what the timetable of a DAG is made from."""
    assert cron_expressions(rule) == expected


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"RET-1: {rule.frequency} {rule.timezone}")
def test_airflows_timetable_means_the_same_moments(rule: Rule) -> None:
    """RET-1: two years of data intervals of the cron expression meet without gap at the moments computed here."""
    (cron,) = cron_expressions(rule)
    timetable = CronDataIntervalTimetable(cron, timezone=rule.timezone)
    earliest = pendulum.datetime(2026, 1, 1)
    restriction = TimeRestriction(earliest=earliest, latest=pendulum.datetime(2027, 12, 31), catchup=True)
    last: DataInterval | None = None
    expected = next_due(rule, datetime(2026, 1, 1, tzinfo=UTC) - timedelta(microseconds=1))
    intervals = 0
    while info := timetable.next_dagrun_info(last_automated_data_interval=last, restriction=restriction):
        last = info.data_interval
        assert last.start == expected
        expected = next_due(rule, expected)
        assert last.end == expected
        intervals += 1
    assert intervals >= 20


moments = st.integers(1_577_836_800, 2_051_222_400).map(lambda second: datetime.fromtimestamp(second, UTC))
rules = st.builds(
    Rule,
    st.sampled_from(["daily", "weekly", "monthly"]),
    st.times().map(lambda at: at.replace(second=0, microsecond=0, fold=0)),
    st.sampled_from(ZONES),
    st.integers(0, 6),
    st.integers(1, 31),
)


@settings(max_examples=150)
@given(rule=rules, moment=moments)
def test_laws_of_due_moments(rule: Rule, moment: datetime) -> None:
    """RET-1: next is after, previous before, and they are neighbours of each other."""
    after, before = next_due(rule, moment), previous_due(rule, moment)
    assert before < moment < after
    assert next_due(rule, before) in (moment, after)
    assert previous_due(rule, after) in (moment, before)
    assert next_due(rule, previous_due(rule, after)) == after
    assert after - before <= timedelta(days=63)


@pytest.mark.parametrize(
    ("given_words", "message"),
    [
        (("dayly", "02:00", "UTC"), "'dayly' is not one of daily, weekly, monthly. Did you mean 'daily'?"),
        (("daily", "2 o'clock", "UTC"), "schedule.at: '2 o'clock' is not a time of day"),
        (("daily", "02:00", "Europe/Berlinn"), "schedule.timezone: 'Europe/Berlinn' is not a named time zone"),
        (("weekly", "02:00", "UTC", "mondai"), "Did you mean 'monday'?"),
        (("monthly", "02:00", "UTC", None, 32), "schedule.day: '32' is not a day of the month"),
        (("monthly", "02:00", "UTC"), "schedule.day: 'None' is not a day of the month"),
    ],
)
def test_bad_words_are_refused(given_words: tuple[str, ...], message: str) -> None:
    """RET-1: with what is allowed."""
    with pytest.raises(ConfigError) as refused:
        make_rule(*given_words)  # type: ignore[arg-type]
    assert message in str(refused.value)
