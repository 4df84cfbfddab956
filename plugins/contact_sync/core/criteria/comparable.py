"""Values of a record, and of a condition, in the form in which they compare (CRIT-1).

Text: trimmed, NFC, case folded. Numbers: exact, as int or Decimal, so that 0.1 is 0.1. Dates: the number of the day.
Date-times: UTC. Lists: the set of their texts. A value that does not fit its field's kind compares like an empty one,
but is not empty. What a condition compares with is a span (first, last) where values have an order: a day given for a
date-time field spans that day in the sync's zone.
"""

import math
import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from functools import cached_property
from typing import Any

from contact_sync.core.criteria.kinds import Kind, condition_day, condition_moment
from contact_sync.core.criteria.model import Value
from contact_sync.core.moments import parse_date, parse_moment
from contact_sync.core.values import scalar_text, usable

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_BOOLEANS = {"true": True, "false": False, "yes": True, "no": False, "1": True, "0": False}
_INSTANT = timedelta(microseconds=1)  # the smallest step of a moment
_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


class Column:
    """One field of many records. raw: JSON values as received, or as text, as a bulk file has them."""

    def __init__(self, raw: Sequence[Any], kind: Kind) -> None:
        self._raw = raw
        self._kind = kind

    @cached_property
    def values(self) -> list[Any]:
        """One comparable value per record; None where it is empty or does not fit."""
        convert = _CONVERTERS[self._kind]
        return [None if value is None else convert(value) for value in self._raw]

    @cached_property
    def empty(self) -> list[bool]:
        """Whether the record's value is null, white space, an empty list or a lookup without target."""
        return [value is None or usable(value) is None for value in self._raw]


def fold(text: str) -> str:
    """The text as it compares: trimmed, in NFC, case folded (canonical caseless matching of the Unicode Standard)."""
    text = text.strip()
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold())


def target(value: Value, kind: Kind, zone: tzinfo) -> Any:
    """What a checked condition compares with: a span for numbers, dates and date-times, else the value itself."""
    if kind in (Kind.TEXT, Kind.LIST):
        return fold(scalar_text(value))
    if kind is Kind.BOOLEAN:
        return value
    if kind is Kind.NUMBER:
        number = _number(value)
        return (number, number)
    day = condition_day(value)
    if kind is Kind.DATE and day is not None:
        return (day.toordinal(), day.toordinal())
    if day is not None:
        return (_start_of(day, zone), _last_of(day, zone))
    moment = condition_moment(value)
    if moment is None:
        raise ValueError(f"{value!r} was not checked: it is no date or date-time")
    moment = _utc(moment if moment.tzinfo else moment.replace(tzinfo=zone))
    return (moment, moment)


def _start_of(day: date, zone: tzinfo) -> datetime:
    return _utc(datetime.combine(day, time(), zone))


def _last_of(day: date, zone: tzinfo) -> datetime:
    if day == date.max:
        return _LAST
    return _start_of(day + timedelta(days=1), zone) - _INSTANT


def _utc(moment: datetime) -> datetime:
    """In UTC; at either end of the calendar the first or last moment that there is."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return _FIRST if moment.year == 1 else _LAST


def _text(value: Any) -> str | None:
    if type(value) is str:
        return fold(value) or None
    plain = usable(value)
    if plain is None:
        return None
    return fold(", ".join(map(scalar_text, plain)) if isinstance(plain, list) else scalar_text(plain)) or None


def _number(value: Any) -> int | Decimal | None:
    if type(value) is int:
        return value
    if type(value) is float:
        return Decimal(repr(value)) if math.isfinite(value) else None
    plain = _single(value)
    if isinstance(plain, str):
        return Decimal(plain) if _NUMBER.fullmatch(plain) else None
    return None if isinstance(plain, bool) or plain is None else _number(plain)


def _date(value: Any) -> int | None:
    plain = _single(value)
    day = parse_date(plain) if isinstance(plain, str) else None
    return None if day is None else day.toordinal()


def _datetime(value: Any) -> datetime | None:
    plain = _single(value)
    return parse_moment(plain) if isinstance(plain, str) else None


def _boolean(value: Any) -> bool | None:
    if type(value) is bool:
        return value
    plain = _single(value)
    return None if plain is None else _BOOLEANS.get(scalar_text(plain).lower())


def _list(value: Any) -> frozenset[str] | None:
    plain = usable(value)
    if plain is None:
        return None
    return frozenset(fold(scalar_text(part)) for part in (plain if isinstance(plain, list) else [plain]))


def _single(value: Any) -> str | int | float | bool | None:
    """The one value; a list of one counts as its element, a longer one fits nothing."""
    plain = value.strip() if type(value) is str else usable(value)
    if isinstance(plain, list):
        return plain[0] if len(plain) == 1 else None
    return plain


_CONVERTERS: dict[Kind, Callable[[Any], Any]] = {
    Kind.TEXT: _text,
    Kind.NUMBER: _number,
    Kind.DATE: _date,
    Kind.DATETIME: _datetime,
    Kind.BOOLEAN: _boolean,
    Kind.LIST: _list,
}
