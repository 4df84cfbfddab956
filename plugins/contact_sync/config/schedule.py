"""The key `schedule` of a sync: when it runs (RET-1), and the two clocks of a Creator sync (RET-8).

Refuses keys that mean nothing for the frequency, and a frequency without the keys that it needs.
"""

from datetime import date, datetime, time
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from contact_sync.config.base import ClockTime, IsoDate, Strict, TimezoneName, refuse
from contact_sync.core.schedule import wall_moment

Frequency = Literal["once", "daily", "weekly", "monthly"]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

_DAY_WORDS = {-1: " the day before", 0: "", 1: " the day after"}


class Schedule(Strict):
    """When the sync runs (RET-1). Days 29 to 31 mean the last day of shorter months."""

    frequency: Frequency = Field(description="How often.")
    at: ClockTime | None = Field(None, description='Time of day, such as "02:00".')
    weekday: Weekday | None = Field(None, description="Day of the week, with frequency: weekly.")
    day: Annotated[int, Field(strict=True, ge=1, le=31)] | None = Field(
        None, description="Day of the month, with frequency: monthly; 29-31: the last day of shorter months."
    )
    date_: IsoDate | None = Field(None, alias="date", description="Day of a one-time sync; absent: at once.")
    timezone: TimezoneName | None = Field(
        None,
        description="Time zone of the schedule by its IANA name; absent: the organisation's, for Creator the "
        "application's (RET-1, RET-8).",
    )

    @model_validator(mode="after")
    def _keys_fit_frequency(self) -> Self:
        owners = {"weekday": "weekly", "day": "monthly", "date": "once"}
        for key, owner in owners.items():
            value = getattr(self, "date_" if key == "date" else key)
            if value is not None and self.frequency != owner:
                raise refuse(f"belongs to frequency '{owner}', but frequency is '{self.frequency}'.", key=key)
            if value is None and self.frequency == owner != "once":
                raise refuse(f"is missing: frequency '{owner}' needs it.", key=key)
        if self.at is None and self.frequency != "once":
            raise refuse(f"is missing: frequency '{self.frequency}' needs a time of day such as \"02:00\".", key="at")
        if self.at is not None and self.frequency == "once" and self.date_ is None:
            raise refuse("needs a date beside it for frequency 'once'; without both the sync runs at once.", key="at")
        return self


def in_both_zones(at: str, zone: str, other: str, year: int) -> str | None:
    """A time of day of `zone` as `other` shows it, in winter and in summer; None where both clocks agree (RET-8)."""
    told = {}
    for month in (1, 7):
        day = date(year, month, 15)
        there = wall_moment(day, time.fromisoformat(at), zone).astimezone(ZoneInfo(other))
        told[month] = f"{there:%H:%M}{_DAY_WORDS.get(_days_apart(there, day), '')}"
    if set(told.values()) == {at}:
        return None
    season = "" if told[1] == told[7] else f" in January, {told[7]} in July"
    return f"{at} in {zone} is {told[1]} in {other}{season}"


def _days_apart(moment: datetime, day: date) -> int:
    return (moment.date() - day).days
