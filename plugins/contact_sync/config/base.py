"""What all configuration models share: strictness, the value types of the YAML, and how a validator refuses.

Values are read exactly: no number becomes a date, no "yes" becomes true. A validator refuses through `refuse`, which
carries the parts of a message (allowed values, close match) to the place that knows file and line.
"""

import re
from collections.abc import Iterable
from datetime import date, datetime
from difflib import get_close_matches
from typing import Annotated, Any
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

REFUSED = "contact_sync_refused"
FIRST_YEAR, LAST_YEAR = 2000, 2100  # beyond them, days and zones reckon past the ends of the calendar

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:?\d{2})")
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_MODULE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,99}")
_API_NAME = re.compile(r"[A-Za-z$_][A-Za-z0-9_$.]*")
_CONTACT_FIELD = re.compile(r"[a-z][a-z0-9_]{0,62}")


class Strict(BaseModel):
    """A frozen model that knows all its keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, str_strip_whitespace=True)


def close_match(value: object, allowed: Iterable[str]) -> str | None:
    """The allowed word that `value` was probably meant to be, whatever its case; None if there is none."""
    by_key = {word.casefold(): word for word in allowed}
    found = get_close_matches(str(value).casefold(), by_key, n=1, cutoff=0.6)
    return by_key[found[0]] if found else None


def refuse(
    message: str,
    *,
    allowed: Iterable[str] = (),
    close: str | None = None,
    key: str | tuple[str | int, ...] = (),
) -> PydanticCustomError:
    """The error to raise in a validator.

    message: one sentence, without the place. key: the key, or keys, below the validated one that are to be mended.
    """
    below = (key,) if isinstance(key, str) else key
    context = {"message": message, "allowed": tuple(allowed), "close": close, "key": below}
    return PydanticCustomError(REFUSED, "{message}", context)


def _iso_date(value: Any) -> Any:
    if isinstance(value, date) and not isinstance(value, datetime):
        return _in_reach(value, value)
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise refuse(f"{shown(value)} is not a date. Write year-month-day, such as 2026-11-01.")
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise refuse(f"{shown(value)} is not a day of the calendar. Write year-month-day.") from None
    return _in_reach(value, day)


def _zoned_moment(value: Any) -> Any:
    if isinstance(value, datetime) and value.tzinfo is not None:
        return _in_reach(value, value)
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        hint = "Write date, time and zone, such as 2026-11-01T00:00:00+01:00."
        raise refuse(f"{shown(value)} is not a date-time with a zone. {hint}")
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise refuse(f"{shown(value)} is not a moment of the calendar.") from None
    return _in_reach(value, moment)


def _in_reach(value: Any, day: date) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise refuse(f"{shown(value)} is out of reach. Write a year from {FIRST_YEAR} to {LAST_YEAR}.")
    return day


def _clock_time(value: Any) -> Any:
    found = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise refuse(f'{shown(value)} is not a time of day. Write hours and minutes in quotes, such as "02:00".')
    return f"{int(found[1]):02d}:{found[2]}"


def _timezone(value: Any) -> Any:
    if isinstance(value, str):
        try:
            return ZoneInfo(value).key
        except (KeyError, ValueError, OSError):
            close = close_match(value, available_timezones())
            raise refuse(f"{shown(value)} is not a time zone of the IANA list.", close=close) from None
    raise refuse(f"{shown(value)} is not a time zone. Write a name of the IANA list, such as Europe/Berlin.")


def _api_name(value: Any) -> Any:
    if not isinstance(value, str) or not _API_NAME.fullmatch(value):
        hint = "Write it as Zoho's API spells it, such as First_Name: letters, digits and _."
        raise refuse(f"{shown(value)} is not the API name of a source field. {hint}")
    return value


def _module_name(value: Any) -> Any:
    if not isinstance(value, str) or not _MODULE.fullmatch(value):
        hint = "Write it as Zoho's API spells it, such as Candidates: letters, digits and _."
        raise refuse(f"{shown(value)} is not the API name of a module. {hint}")
    return value


def _contact_field(value: Any) -> Any:
    if not isinstance(value, str) or not _CONTACT_FIELD.fullmatch(value):
        hint = "Write small letters, digits and _, such as current_job."
        raise refuse(f"{shown(value)} is not a name for a contact field. {hint}")
    return value


def _id_or_name(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def shown(value: object) -> str:
    """A value of a YAML file as a message shows it: quoted, on one line, at most 60 characters."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    text = " ".join(str(value).split())
    text = text if len(text) <= 60 else text[:57] + "…"
    return f"'{text}'" if isinstance(value, str) else text


IsoDate = Annotated[date, BeforeValidator(_iso_date)]
ZonedMoment = Annotated[datetime, BeforeValidator(_zoned_moment)]
ClockTime = Annotated[
    str, BeforeValidator(_clock_time), WithJsonSchema({"type": "string", "pattern": "^([01]?[0-9]|2[0-3]):[0-5][0-9]$"})
]
TimezoneName = Annotated[str, BeforeValidator(_timezone)]
ApiName = Annotated[
    str,
    BeforeValidator(_api_name),
    WithJsonSchema({"type": "string", "pattern": "^[A-Za-z$_][A-Za-z0-9_$.]*$"}),
]
ApiKey = Annotated[str, BeforeValidator(_api_name)]
"""The same as a key of a mapping."""
ModuleName = Annotated[
    str, BeforeValidator(_module_name), WithJsonSchema({"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_]*$"})
]
ContactField = Annotated[str, BeforeValidator(_contact_field)]
IdOrName = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200),
    BeforeValidator(_id_or_name),
    WithJsonSchema({"type": ["string", "integer"]}),
]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Share = Annotated[float, Field(ge=0, le=1, strict=True, allow_inf_nan=False)]
Flag = Annotated[bool, Field(strict=True)]
