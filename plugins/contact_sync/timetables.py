"""When a sync's DAG runs: Airflow timetables with true windows (RET-1).

Airflow's own cron timetable counts in wall-clock time. When the clocks skip the configured time, it takes the tick
of that day for past before it has come, and the day gets no run (seen with Airflow 3.3.2). Nor can cron say "day 30,
or the last of a shorter month". So the ticks come from contact_sync.core.schedule, which compares instants, and all
the rest from Airflow's timetables. Airflow finds these classes because the plugin registers them.
"""

from datetime import UTC, datetime
from typing import Any, Self

from airflow.timetables.base import DagRunInfo, DataInterval, TimeRestriction
from airflow.timetables.interval import CronDataIntervalTimetable
from airflow.timetables.simple import OnceTimetable
from airflow.timetables.trigger import CronTriggerTimetable
from pendulum import DateTime, instance

from contact_sync.core.schedule import WEEKDAYS, Rule, cron_expressions, make_rule, next_due, previous_due


class PeriodicTimetable(CronDataIntervalTimetable):  # type: ignore[misc] # mypy is told to skip Airflow
    """Contiguous windows between the due moments of a daily, weekly or monthly rule, in the rule's time zone."""

    def __init__(self, rule: Rule) -> None:
        super().__init__(cron_expressions(rule)[0], timezone=rule.timezone)
        self.rule = rule
        self.description = describe(rule)

    def _get_next(self, current: DateTime) -> DateTime:
        return instance(next_due(self.rule, current))

    def _get_prev(self, current: DateTime) -> DateTime:
        return instance(previous_due(self.rule, current))

    @property
    def summary(self) -> str:
        """What the list of DAGs shows."""
        return self.description

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PeriodicTimetable) and self.rule == other.rule

    def __hash__(self) -> int:
        return hash(self.rule)

    def serialize(self) -> dict[str, Any]:
        """The words of the rule, as make_rule takes them."""
        return {
            "frequency": self.rule.frequency,
            "at": self.rule.at.isoformat("minutes"),
            "timezone": self.rule.timezone,
            "weekday": None if self.rule.weekday is None else WEEKDAYS[self.rule.weekday],
            "day": self.rule.day,
        }

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> Self:
        """The same timetable again."""
        return cls(make_rule(**data))


class OneTimeTimetable(OnceTimetable):  # type: ignore[misc] # mypy is told to skip Airflow
    """One run: at its set time; at once if none was set or it has passed.

    The set time is not the DAG's start date, because Airflow makes no tasks for a run by hand that lies before it.
    """

    def __init__(self, at: datetime | None) -> None:
        self.at = instance(at.astimezone(UTC)) if at else None
        self.description = f"Once, on {self.at:%Y-%m-%d at %H:%M} UTC" if self.at else "Once, as soon as possible"

    @property
    def summary(self) -> str:
        """What the list of DAGs shows."""
        return self.description

    def next_dagrun_info(
        self, *, last_automated_data_interval: DataInterval | None, restriction: TimeRestriction
    ) -> DagRunInfo | None:
        """The one run, unless it was made already."""
        info = super().next_dagrun_info(
            last_automated_data_interval=last_automated_data_interval, restriction=restriction
        )
        if info is None or self.at is None or self.at <= info.run_after:
            return info
        return DagRunInfo.exact(self.at)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, OneTimeTimetable) and self.at == other.at

    def __hash__(self) -> int:
        return hash(self.at)

    def serialize(self) -> dict[str, Any]:
        """The set time as text."""
        return {"at": self.at.isoformat() if self.at else None}

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> Self:
        """The same timetable again."""
        return cls(datetime.fromisoformat(data["at"]) if data["at"] else None)


class HourlyTimetable(CronTriggerTimetable):  # type: ignore[misc] # mypy is told to skip Airflow
    """Every hour at one minute, for what works by the clock and reads no window; said in words instead of cron."""

    def __init__(self, minute: int) -> None:
        super().__init__(f"{minute} * * * *", timezone="UTC")
        self.minute = minute
        self.description = f"Hourly, {minute} minutes past the hour, UTC"

    @property
    def summary(self) -> str:
        """What the list of DAGs shows."""
        return self.description

    def serialize(self) -> dict[str, Any]:
        """The minute."""
        return {"minute": self.minute}

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> Self:
        """The same timetable again."""
        return cls(data["minute"])


def describe(rule: Rule) -> str:
    """The rule in words, such as `Monthly on day 31 (or the last) at 02:00, Europe/Berlin`."""
    when = "Daily"
    if rule.weekday is not None:
        when = f"Weekly on {WEEKDAYS[rule.weekday].capitalize()}"
    elif rule.day is not None:
        when = f"Monthly on day {rule.day}{' (or the last)' if rule.day > 28 else ''}"
    return f"{when} at {rule.at:%H:%M}, {rule.timezone}"
