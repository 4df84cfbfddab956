"""When a sync runs (RET-1): wall-clock rules in a named zone, as cron text and as pure date arithmetic.

Cron cannot say "the 30th, or the last day of a shorter month" in one expression, so months that differ get one of
their own; `next_due` and `previous_due` say the same without cron. DST: a wall time that the clocks skip is taken as
much later as they skip, one that they repeat the second time, as Airflow's cron timetables do; so every rule is due
once a period. No clock, no Airflow.
"""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from contact_sync.errors import ConfigError

FREQUENCIES = ("once", "daily", "weekly", "monthly")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SHORT_MONTHS = {29: (2,), 30: (2,), 31: (2, 4, 6, 9, 11)}


@dataclass(frozen=True, slots=True)
class Rule:
    """frequency: daily | weekly | monthly. weekday: 0 is Monday, weekly only. day: 1-31, monthly only."""

    frequency: str
    at: time
    timezone: str
    weekday: int | None = None
    day: int | None = None


def make_rule(frequency: str, at: str, timezone: str, weekday: str | None = None, day: int | None = None) -> Rule:
    """A rule from the words of a sync file: `at` is HH:MM, `weekday` an English name. Raises ConfigError."""
    _allowed("schedule.frequency", frequency, FREQUENCIES[1:])
    _zone(timezone)
    try:
        moment = time.fromisoformat(at)
    except ValueError:
        raise ConfigError(f"schedule.at: '{at}' is not a time of day such as 02:00.") from None
    if frequency == "weekly":
        _allowed("schedule.weekday", weekday or "", WEEKDAYS)
    if frequency == "monthly" and not 1 <= (day or 0) <= 31:
        raise ConfigError(f"schedule.day: '{day}' is not a day of the month. Allowed: 1 to 31.")
    return Rule(
        frequency,
        moment.replace(second=0, microsecond=0, tzinfo=None),
        timezone,
        WEEKDAYS.index(weekday) if frequency == "weekly" and weekday else None,
        day if frequency == "monthly" else None,
    )


def cron_expressions(rule: Rule) -> tuple[str, ...]:
    """Cron expressions (minute hour day month weekday) that together are the rule; two only for days 29 and 30."""
    clock = f"{rule.at.minute} {rule.at.hour}"
    if rule.frequency == "daily":
        return (f"{clock} * * *",)
    if rule.frequency == "weekly":
        return (f"{clock} * * {(_number(rule.weekday) + 1) % 7}",)
    day = _number(rule.day)
    if day == 31:
        return (f"{clock} L * *",)
    if day in SHORT_MONTHS:
        return (f"{clock} {day} 1,3-12 *", f"{clock} L 2 *")
    return (f"{clock} {day} * *",)


def next_due(rule: Rule, after: datetime) -> datetime:
    """The first due moment strictly after `after`, in UTC."""
    return next(moment for moment in _due(rule, after, 1) if moment > after)


def previous_due(rule: Rule, before: datetime) -> datetime:
    """The last due moment strictly before `before`, in UTC."""
    return next(moment for moment in _due(rule, before, -1) if moment < before)


def wall_moment(day: date, at: time, timezone: str) -> datetime:
    """The UTC moment when a clock in the zone shows `at` on `day`; see the module docstring for DST."""
    wall = datetime.combine(day, at, _zone(timezone))
    # The two folds differ only around a change: the later one is the second of two, or the one past the gap (PEP 495).
    return max(wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1))


def _due(rule: Rule, around: datetime, step: int) -> Iterator[datetime]:
    """Due moments in one direction, from two days on the other side of `around`."""
    day = around.astimezone(_zone(rule.timezone)).date() - timedelta(days=2 * step)
    while True:
        if _is_due(rule, day):
            yield wall_moment(day, rule.at, rule.timezone)
        day += timedelta(days=step)


def _is_due(rule: Rule, day: date) -> bool:
    if rule.frequency == "weekly":
        return day.weekday() == rule.weekday
    if rule.frequency == "monthly":
        return day.day == min(_number(rule.day), calendar.monthrange(day.year, day.month)[1])
    return True


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ConfigError(f"schedule.timezone: '{name}' is not a named time zone such as Europe/Berlin.") from None


def _allowed(key: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        near = get_close_matches(value, allowed, n=1)
        close = f" Did you mean '{near[0]}'?" if near else ""
        raise ConfigError(f"{key}: '{value}' is not one of {', '.join(allowed)}.{close}")


def _number(value: int | None) -> int:
    if value is None:
        raise ConfigError("schedule: a weekly rule needs `weekday`, a monthly rule needs `day`.")
    return value
