"""The schedule of a resolved sync: its zone is settled, and the next due moment can be asked for (RET-1)."""

from datetime import date as Day
from datetime import datetime, time
from zoneinfo import ZoneInfo

from contact_sync.config.base import Strict
from contact_sync.config.schedule import Frequency, Schedule, Weekday
from contact_sync.core.schedule import Rule, make_rule, next_due, previous_due, wall_moment


class ResolvedSchedule(Strict):
    """When a sync runs. `at` is HH:MM, None only for a one-time sync that runs at once."""

    frequency: Frequency
    at: str | None
    timezone: str
    weekday: Weekday | None = None
    day: int | None = None
    date: Day | None = None

    @property
    def hour(self) -> int:
        """Hour of the day, 0 if no time is given."""
        return int(self.at[:2]) if self.at else 0

    @property
    def minute(self) -> int:
        """Minute of the hour, 0 if no time is given."""
        return int(self.at[3:]) if self.at else 0

    @property
    def zone(self) -> ZoneInfo:
        """The named time zone."""
        return ZoneInfo(self.timezone)

    def once_at(self) -> datetime | None:
        """The moment of a one-time sync; None if it runs at once, or periodically."""
        if self.frequency != "once" or self.date is None:
            return None
        return wall_moment(self.date, time(self.hour, self.minute), self.timezone)

    def rule(self) -> Rule | None:
        """The periodic rule of this schedule; None for a one-time sync."""
        if self.frequency == "once":
            return None
        return make_rule(self.frequency, self.at or "00:00", self.timezone, self.weekday, self.day)

    def next_due(self, after: datetime) -> datetime | None:
        """The first due moment after `after`; None for a one-time sync that is past or runs at once."""
        rule = self.rule()
        if rule is not None:
            return next_due(rule, after)
        once = self.once_at()
        return once if once is not None and once > after else None

    def last_due(self, latest: datetime) -> datetime | None:
        """The last due moment up to `latest`; None if there is none, and for a one-time sync that runs at once."""
        rule = self.rule()
        if rule is not None:
            return previous_due(rule, latest)
        once = self.once_at()
        return once if once is not None and once <= latest else None

    def in_words(self) -> str:
        """Such as `weekly on Monday at 06:00 (Europe/Berlin)`."""
        if self.frequency == "once":
            return f"once, on {self.date} at {self.at} ({self.timezone})" if self.date else "once, at once"
        days = {
            "daily": "daily",
            "weekly": f"weekly on {(self.weekday or '').capitalize()}",
            "monthly": f"monthly on day {self.day}" + (" or the month's last" if (self.day or 0) > 28 else ""),
        }
        return f"{days[self.frequency]} at {self.at} ({self.timezone})"


def resolve_schedule(given: Schedule, default_zone: str) -> ResolvedSchedule:
    """The schedule with its zone; a one-time sync with a day and no time is due at midnight."""
    return ResolvedSchedule(
        frequency=given.frequency,
        at=given.at or ("00:00" if given.date_ else None),
        timezone=given.timezone or default_zone,
        weekday=given.weekday,
        day=given.day,
        date=given.date_,
    )
