"""Source values become typed contact fields, a column at a time (MAP-2, MAP-6, MAP-7).

A value that does not fit loses that field only: the row keeps its raw text and the reason. Nothing is guessed:
no thousands separators, no day-first dates, no moments without a zone. Results are plain JSON values.
"""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from contact_sync.core.moments import parse_date, parse_moment
from contact_sync.core.values import Usable, scalar_text, usable

WHOLE = re.compile(r"[+-]?[0-9]+(?:\.0*)?\Z")
NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?\Z")
LARGEST = 2**63 - 1  # what a bigint column of an analyst can take
BOOLEANS = {"true": True, "false": False, "yes": True, "no": False, "1": True, "0": False}


class Misfit(ValueError):
    """A value does not fit its contact field; the message is the reason, without the value."""


@dataclass(frozen=True, slots=True)
class Column:
    """values: one JSON value per row, None where empty or misfit. misfits: row position → reason."""

    values: list[Any]
    misfits: dict[int, str] = field(default_factory=dict)


def convert_column(values: Sequence[Any], field_type: str) -> Column:
    """A column of source values as the given contact field type (core/mapping_types.py)."""
    kinds = set(map(type, values)) - {type(None)}
    if field_type == "text" and kinds <= {str}:
        return Column([value.strip() or None if value else None for value in values])
    if field_type == "boolean" and kinds <= {bool}:
        return Column(list(values))
    if field_type == "integer" and kinds == {int} and _all_bounded(values):
        return Column(list(values))
    convert = CONVERTERS[field_type]
    converted: list[Any] = []
    misfits: dict[int, str] = {}
    for position, value in enumerate(values):
        plain = usable(value)
        try:
            converted.append(None if plain is None else convert(plain))
        except Misfit as misfit:
            converted.append(None)
            misfits[position] = str(misfit)
    return Column(converted, misfits)


def _text(value: Usable) -> str:
    if isinstance(value, list):
        return ", ".join(scalar_text(part) for part in value)
    return scalar_text(_scalar(value))


def _integer(value: Usable) -> int:
    value = _scalar(value)
    if isinstance(value, str) and WHOLE.match(value):
        value = _whole(value.partition(".")[0])
    elif isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, (bool, str, float)):
        raise Misfit("not a whole number")
    return _bounded(value)


def _number(value: Usable) -> int | float:
    value = _scalar(value)
    if isinstance(value, str) and NUMBER.match(value):
        value = _whole(value) if value.lstrip("+-").isdecimal() else float(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return _bounded(value)  # before anything takes it for a float, which ends at about 10^308
    if isinstance(value, (bool, str)) or not math.isfinite(value):
        raise Misfit("not a number")
    return value


def _boolean(value: Usable) -> bool:
    value = _scalar(value)
    known = value if isinstance(value, bool) else BOOLEANS.get(scalar_text(value).lower())
    if known is None:
        raise Misfit("not true or false")
    return known


def _date(value: Usable) -> str:
    value = _scalar(value)
    day = parse_date(value) if isinstance(value, str) else None
    if day is None:
        raise Misfit("not a date such as 2026-11-20")
    return day.isoformat()


def _datetime(value: Usable) -> str:
    value = _scalar(value)
    moment = parse_moment(value) if isinstance(value, str) else None
    if moment is None:
        raise Misfit("not a date-time with a zone such as 2026-11-20T09:15:00+01:00")
    return moment.isoformat()


def _list(value: Usable) -> list[str]:
    parts = value if isinstance(value, list) else [_scalar(value)]
    return [scalar_text(part) for part in parts]


def _scalar(value: Usable) -> str | int | float | bool:
    """The one value; a list of one counts as its element."""
    if isinstance(value, list):
        if len(value) != 1:
            raise Misfit("more than one value")
        return value[0]
    if value is None:
        raise Misfit("empty")
    return value


def _whole(text: str) -> int:
    # Python itself refuses to read thousands of digits, with an error of its own.
    return int(text) if len(text) <= 40 else LARGEST + 1


def _all_bounded(values: Sequence[int | None]) -> bool:
    given = [value for value in values if value is not None]
    return max(given) <= LARGEST and min(given) >= -LARGEST


def _bounded(value: int) -> int:
    if abs(value) > LARGEST:
        raise Misfit(f"larger than {LARGEST}")
    return value


CONVERTERS: dict[str, Callable[[Usable], Any]] = {
    "text": _text,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "date": _date,
    "datetime": _datetime,
    "list": _list,
}
