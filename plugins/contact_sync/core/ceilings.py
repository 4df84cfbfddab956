"""How many of its account's daily API credits a kind of work may use, and when spent ones are free again (LIM-5).

Recruit counts rolling 24 hours, Creator the calendar day in the zone of the super admin. Pure: the clock is passed in.
The numbers that Zoho documents for editions are in `daily_credits`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

ROLLING = timedelta(hours=24, minutes=1)
"""A call counts at Zoho when it arrives there, up to a minute after it is noted here."""


class Work(StrEnum):
    """What credits are spent on."""

    IMPORT = "import"
    PUSH = "push"
    CAMPAIGN = "campaign"
    FULL_ID_SCAN = "full_id_scan"


SHARES: Mapping[Work, int] = {Work.IMPORT: 100, Work.PUSH: 80, Work.CAMPAIGN: 80, Work.FULL_ID_SCAN: 80}
"""Percent of the ceiling that each may reach: all but imports yield, so that these have the rest."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What may be spent of an account's credits.

    most: the account's ceiling, credits a day; None if nobody knows one. zone: in which its calendar days begin
    (Creator); None: rolling 24 hours (Recruit).
    """

    most: int | None = None
    zone: ZoneInfo | None = None
    work: Work = Work.IMPORT

    @property
    def limit(self) -> int | None:
        """Credits that all tasks of the account together may have spent and reserved after this work reserves more."""
        return None if self.most is None else self.most * SHARES[self.work] // 100

    def since(self, now: datetime) -> datetime:
        """The moment from which calls count."""
        return now - ROLLING if self.zone is None else _midnight(now, self.zone, 0)

    def free_at(self, spent_at: datetime) -> datetime:
        """When a call that was made then counts no longer."""
        return spent_at + ROLLING if self.zone is None else next_day(spent_at, self.zone)

    def in_words(self) -> str:
        """The day that counts, such as `rolling 24 hours`."""
        return "rolling 24 hours" if self.zone is None else f"calendar day in {self.zone.key}"


NO_CEILING = Allowance()
"""Of an account whose ceiling nobody knows: calls are recorded, none is held back."""


def next_day(now: datetime, zone: ZoneInfo) -> datetime:
    """When the next calendar day begins in the zone (UTC)."""
    return _midnight(now, zone, 1)


def _midnight(now: datetime, zone: ZoneInfo, days: int) -> datetime:
    """The first moment of the local day so many days on. Where the clocks skip midnight, the moment they skip."""
    day = now.astimezone(zone).date() + timedelta(days=days)
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
