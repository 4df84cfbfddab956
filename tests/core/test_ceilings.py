"""Which calls count against an account's ceiling, until when, and how far each kind of work may go."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from contact_sync.core.ceilings import Allowance, Work, next_day

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("work", "limit"),
    [(Work.IMPORT, 1001), (Work.PUSH, 800), (Work.CAMPAIGN, 800), (Work.FULL_ID_SCAN, 800)],
)
def test_all_but_imports_yield_at_80_percent(work: Work, limit: int) -> None:
    """LIM-5: pushes, campaign updates and full_id_scan stop at 80 %, rounded down."""
    assert Allowance(1001, work=work).limit == limit


def test_an_unknown_ceiling_is_no_limit_and_a_ceiling_of_nothing_is_one() -> None:
    """LIM-5: None and 0 are different things."""
    assert Allowance(None).limit is None
    assert Allowance(0).limit == 0


def test_recruit_counts_rolling_24_hours() -> None:
    """LIM-5: a call counts for 24 hours, and for the minute that it may have been under way."""
    allowance = Allowance(100)
    assert allowance.since(NOW) == NOW - timedelta(hours=24, minutes=1)
    assert allowance.free_at(NOW) == NOW + timedelta(hours=24, minutes=1)
    assert allowance.in_words() == "rolling 24 hours"


@pytest.mark.parametrize(
    ("zone", "now", "since", "until"),
    [
        ("Europe/Berlin", "2026-11-22T22:59:59", "2026-11-21T23:00:00", "2026-11-22T23:00:00"),
        ("Europe/Berlin", "2026-11-22T23:00:00", "2026-11-22T23:00:00", "2026-11-23T23:00:00"),
        ("America/Los_Angeles", "2026-11-22T02:00:00", "2026-11-21T08:00:00", "2026-11-22T08:00:00"),
        ("Europe/Berlin", "2026-03-29T12:00:00", "2026-03-28T23:00:00", "2026-03-29T22:00:00"),
        ("Europe/Berlin", "2026-10-25T12:00:00", "2026-10-24T22:00:00", "2026-10-25T23:00:00"),
        ("America/Santiago", "2026-09-06T12:00:00", "2026-09-06T04:00:00", "2026-09-07T03:00:00"),
    ],
    ids=["last second", "midnight", "west", "23 hours", "25 hours", "midnight is skipped"],
)
def test_creator_counts_the_calendar_day_of_its_zone(zone: str, now: str, since: str, until: str) -> None:
    """LIM-5: from midnight to midnight there, whatever the clocks do."""
    moment, zone_info = datetime.fromisoformat(now).replace(tzinfo=UTC), ZoneInfo(zone)
    allowance = Allowance(100, zone_info)
    assert allowance.since(moment) == datetime.fromisoformat(since).replace(tzinfo=UTC)
    assert allowance.free_at(moment) == next_day(moment, zone_info) == datetime.fromisoformat(until).replace(tzinfo=UTC)
    assert allowance.in_words() == f"calendar day in {zone}"
