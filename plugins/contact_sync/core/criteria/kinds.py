"""Kinds of fields, and what a condition may ask of each (CRIT-1).

A kind follows from the data type that the API's metadata gives a field; an unknown type is text (SRC-10). Refused: an
operator that does not go with the kind, too many or too few values, a value of another type, an upside-down between.
Whole numbers are taken as texts where text is due, so that a pick list of years may be compared with 2015.
"""

import math
import re
from collections.abc import Sequence
from datetime import date, datetime
from difflib import get_close_matches
from enum import StrEnum

from contact_sync.core.criteria.model import Condition, Operator, Value
from contact_sync.core.values import scalar_text


class Kind(StrEnum):
    """How the values of a field compare. A list is what a multi-select or multi-lookup holds."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    DATETIME = "datetime"
    BOOLEAN = "boolean"
    LIST = "list"


DATA_TYPES = {
    "integer": Kind.NUMBER,
    "bigint": Kind.NUMBER,
    "double": Kind.NUMBER,
    "decimal": Kind.NUMBER,
    "currency": Kind.NUMBER,
    "percent": Kind.NUMBER,
    "date": Kind.DATE,
    "datetime": Kind.DATETIME,
    "boolean": Kind.BOOLEAN,
    "multiselectpicklist": Kind.LIST,
    "multiselectlookup": Kind.LIST,
    "multiuserlookup": Kind.LIST,
}
"""Data types of the metadata (settings/fields) that are no text. Lookups are text: they compare by their name."""

_ALWAYS = (Operator.EQUALS, Operator.NOT_EQUALS, Operator.IS_EMPTY, Operator.IS_NOT_EMPTY)
_PARTS = (Operator.CONTAINS, Operator.NOT_CONTAINS)
_SETS = (Operator.IN, Operator.NOT_IN)
_ORDER = (
    Operator.LESS_THAN,
    Operator.LESS_EQUAL,
    Operator.GREATER_THAN,
    Operator.GREATER_EQUAL,
    Operator.BETWEEN,
)
ALLOWED: dict[Kind, tuple[Operator, ...]] = {
    Kind.TEXT: (*_ALWAYS, *_PARTS, Operator.STARTS_WITH, Operator.ENDS_WITH, *_SETS),
    Kind.NUMBER: (*_ALWAYS, *_SETS, *_ORDER),
    Kind.DATE: (*_ALWAYS, *_SETS, *_ORDER),
    Kind.DATETIME: (*_ALWAYS, *_SETS, *_ORDER),
    Kind.BOOLEAN: _ALWAYS,
    Kind.LIST: (*_ALWAYS, *_PARTS, *_SETS),
}

_EXPECTED = {
    Kind.TEXT: "a text",
    Kind.NUMBER: "a number such as 2 or 2.5",
    Kind.DATE: "a date such as 2026-01-31",
    Kind.DATETIME: "a date or date-time such as 2026-01-31 or 2026-01-31T09:15:00",
    Kind.BOOLEAN: "true or false",
    Kind.LIST: "a text",
}
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})?"
)
_NEARLY_DAY = re.compile(r"([0-9]{4})[-/.]?([0-9]{1,2})[-/.]?([0-9]{1,2})(?:[T ].*)?")
_LEADING_ZEROS = re.compile(r"(?<![0-9.])0+(?=[0-9])")
_TRUE, _FALSE = ("true", "yes", "1"), ("false", "no", "0")


def field_kind(data_type: str) -> Kind:
    """The kind of a field of this data type; text for a type that is not known."""
    return DATA_TYPES.get(data_type.casefold(), Kind.TEXT)


def condition_day(value: Value) -> date | None:
    """A condition's value as a day, or None."""
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def condition_moment(value: Value) -> datetime | None:
    """A condition's value as a moment, naive where it has no offset; None if it is none."""
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def check_condition(condition: Condition, kind: Kind | None = None) -> str | None:
    """What is wrong with a condition on a field of this kind, in a sentence or more; None if nothing is.

    kind None: not known yet; then only what is wrong for a field of any kind is told.
    """
    if kind is not None and condition.operator not in ALLOWED[kind]:
        close = get_close_matches(condition.operator, ALLOWED[kind], n=1)
        hint = f" Did you mean '{close[0]}'?" if close else ""
        return f"'{condition.operator}' does not go with a {kind} field. Allowed: {', '.join(ALLOWED[kind])}.{hint}"
    kinds = [kind] if kind else [each for each in Kind if condition.operator in ALLOWED[each]]
    return _count_problem(condition, kinds) or _type_problem(condition.values, kinds) or _order_problem(condition)


def _count_problem(condition: Condition, kinds: Sequence[Kind]) -> str | None:
    operator, count = condition.operator, len(condition.values)
    given = "1 value is given" if count == 1 else f"{count} values are given"
    if operator in (Operator.IS_EMPTY, Operator.IS_NOT_EMPTY):
        return f"'{operator}' compares with nothing, and {given}. Remove them." if count else None
    if operator is Operator.BETWEEN:
        return None if count == 2 else f"'between' needs two values, lowest first, and {given}."
    if not count:
        return f"'{operator}' needs a value to compare with."
    several = operator in _SETS or (operator in _ALWAYS and Kind.LIST in kinds)
    if count > 1 and not several:
        hint = " Did you mean 'in'?" if operator is Operator.EQUALS else ""
        hint = " Did you mean 'not_in'?" if operator is Operator.NOT_EQUALS else hint
        return f"'{operator}' takes one value, and {given}.{hint}"
    return None


def _type_problem(values: Sequence[Value], kinds: Sequence[Kind]) -> str | None:
    if not values or any(all(_fits(value, kind) for value in values) for kind in kinds):
        return None
    expected = " or ".join(dict.fromkeys(_EXPECTED[kind] for kind in kinds))
    for value in values:
        if not any(_fits(value, kind) for kind in kinds):
            return f"{_shown(value)} is not {expected}.{_meant(value, kinds)}"
    return f"{', '.join(map(_shown, values))} are not of one type. Each must be {expected}."


def _fits(value: Value, kind: Kind) -> bool:
    if kind is Kind.BOOLEAN or isinstance(value, bool):
        return kind is Kind.BOOLEAN and isinstance(value, bool)
    if kind is Kind.NUMBER:
        return isinstance(value, int) or (isinstance(value, float) and math.isfinite(value))
    if kind is Kind.DATE:
        return condition_day(value) is not None
    if kind is Kind.DATETIME:
        return condition_day(value) is not None or condition_moment(value) is not None
    return isinstance(value, int) or (isinstance(value, str) and bool(value.strip()))


def _order_problem(condition: Condition) -> str | None:
    if condition.operator is not Operator.BETWEEN:
        return None
    lower, upper = condition.values
    if isinstance(lower, str) and isinstance(upper, str):
        start, end = _as_moment(lower), _as_moment(upper)
        if (start.tzinfo is None) != (end.tzinfo is None):
            return f"{_shown(lower)} and {_shown(upper)}: write both with an offset such as +01:00, or both without."
        # Only days: the upper one means all of that day, whatever the hour of the lower.
        turned = start.date() > end.date() if condition_day(upper) else start > end
    else:
        turned = lower > upper  # type: ignore[operator]  # two numbers: the types have been checked
    return f"'between' needs the lowest value first: {_shown(upper)}, {_shown(lower)}." if turned else None


def _as_moment(value: str) -> datetime:
    return condition_moment(value) or datetime.fromisoformat(value)


def _shown(value: Value) -> str:
    return f"'{value}'" if isinstance(value, str) else scalar_text(value)


def _meant(value: Value, kinds: Sequence[Kind]) -> str:
    """The close match: the same value as it is to be written."""
    text = scalar_text(value).strip()
    if not text:
        return " Use is_empty or is_not_empty to ask for empty fields."
    if {Kind.TEXT, Kind.LIST} & set(kinds):
        return f' Did you mean "{text}", in quotes?'
    if Kind.NUMBER in kinds and isinstance(value, str) and re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?", text):
        return f" Did you mean {_LEADING_ZEROS.sub('', text)}, without quotes?"
    if Kind.BOOLEAN in kinds and text.casefold() in _TRUE + _FALSE:
        return f" Did you mean {'true' if text.casefold() in _TRUE else 'false'}?"
    day = _NEARLY_DAY.fullmatch(text)
    if day and {Kind.DATE, Kind.DATETIME} & set(kinds):
        meant = f"{day[1]}-{day[2]:0>2}-{day[3]:0>2}"
        return f" Did you mean {meant}?" if condition_day(meant) and meant != text else ""
    return ""
