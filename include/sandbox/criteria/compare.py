"""Operators by type of field: which there are, and what they mean.

Text compares trimmed and ignoring case, an empty value meets only the operators that say no. What is confirmed for
Recruit's search is ``equals`` and ``starts_with``; the others answer too, as published clients use them. ``Manner``
holds what is not confirmed: an ``equals`` that finds a piece of the value, or minds upper and lower case.
A value that does not fit its type is a ``ValueError``.
"""

import operator as op
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

_TEXTUAL = ("equals", "not_equal", "starts_with", "ends_with", "contains", "not_contains", "in", "not_in")
_ORDERED = (
    "equals",
    "not_equal",
    "in",
    "not_in",
    "less_than",
    "less_equal",
    "greater_than",
    "greater_equal",
    "between",
    "not_between",
)
OPERATORS: dict[str, tuple[str, ...]] = {
    "text": _TEXTUAL,
    "number": _ORDERED,
    "date": _ORDERED,
    "moment": _ORDERED,
    "boolean": ("equals", "not_equal"),
    "lookup": ("equals", "not_equal", "in", "not_in"),
    "list": ("equals", "not_equal", "contains", "not_contains", "in", "not_in"),
}
_KINDS = {
    "integer": "number",
    "double": "number",
    "currency": "number",
    "date": "date",
    "datetime": "moment",
    "boolean": "boolean",
    "lookup": "lookup",
    "ownerlookup": "lookup",
    "multiselectpicklist": "list",
}
_DENIED = {"not_equal": "equals", "not_contains": "contains", "not_in": "in", "not_between": "between"}
Test = Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class Manner:
    """How texts compare under ``equals`` and ``in``."""

    loose_equals: bool = False
    case_sensitive: bool = False


def kind_of(data_type: str) -> str:
    """How values of a data type compare; a type that is not known compares as text."""
    return _KINDS.get(data_type, "text")


def test_for(kind: str, operator: str, values: tuple[Any, ...], manner: Manner) -> Test:
    """Whether a record's value meets the operator; ValueError when the wanted values do not fit."""
    if operator == "is_empty":
        return _is_empty
    if operator == "is_not_empty":
        return lambda value: not _is_empty(value)
    if operator in _DENIED:
        test = test_for(kind, _DENIED[operator], values, manner)
        return lambda value: not test(value)
    wanted = tuple(_READ[kind](each) for each in values)
    if operator == "between" and not (len(wanted) == 2 and wanted[0] <= wanted[1]):
        raise ValueError("between takes two values, the lower one first")
    if operator not in ("in", "between") and len(wanted) != 1:
        raise ValueError(f"{operator} takes one value: escape a comma that belongs to it")
    return _tests(kind, operator, wanted, manner)


def _tests(kind: str, operator: str, wanted: tuple[Any, ...], manner: Manner) -> Test:
    if kind == "text":
        return _text_test(operator, wanted, manner)
    if kind == "lookup":
        texts = {each.casefold() for each in wanted}
        return lambda value: (
            isinstance(value, dict) and bool(texts & {str(value.get(key) or "").casefold() for key in ("id", "name")})
        )
    if kind == "list":
        texts = {each.casefold() for each in wanted}
        return lambda value: any(str(each).casefold() in texts for each in value or ())
    compare: dict[str, Test] = {
        "equals": lambda value: bool(value == wanted[0]),
        "in": lambda value: value in wanted,
        "less_than": lambda value: bool(op.lt(value, wanted[0])),
        "less_equal": lambda value: bool(op.le(value, wanted[0])),
        "greater_than": lambda value: bool(op.gt(value, wanted[0])),
        "greater_equal": lambda value: bool(op.ge(value, wanted[0])),
        "between": lambda value: bool(wanted[0] <= value <= wanted[-1]),
    }
    test, read = compare[operator], _READ[kind]
    return lambda value: not _is_empty(value) and test(read(value))


def _text_test(operator: str, wanted: tuple[str, ...], manner: Manner) -> Test:
    exact = operator in ("equals", "in")

    def known(text: str) -> str:
        return text.strip() if exact and manner.case_sensitive else text.strip().casefold()

    pieces = tuple(known(each) for each in wanted)
    if exact and manner.loose_equals:
        found: Callable[[str], bool] = lambda text: any(piece in text for piece in pieces)  # noqa: E731
    elif exact:
        found = lambda text: text in pieces  # noqa: E731
    else:
        found = {
            "starts_with": lambda text: text.startswith(pieces[0]),
            "ends_with": lambda text: text.endswith(pieces[0]),
            "contains": lambda text: pieces[0] in text,
        }[operator]
    return lambda value: not _is_empty(value) and found(known(str(value)))


def _is_empty(value: Any) -> bool:
    return value is None or value == [] or (isinstance(value, str) and not value.strip())


def _text(value: Any) -> str:
    if isinstance(value, bool | dict | list):
        raise ValueError(f"{value!r} is not a text")
    return str(value)


def _number(value: Any) -> float:
    if isinstance(value, bool):
        raise ValueError("true and false are not numbers")
    return float(value)


def _boolean(value: Any) -> bool:
    text = str(value).lower()
    if text not in ("true", "false"):
        raise ValueError(f"{value!r} is neither true nor false")
    return text == "true"


def _moment(value: Any) -> datetime:
    moment = datetime.fromisoformat(str(value))
    if moment.tzinfo is None:
        raise ValueError(f"{value!r} has no offset")
    return moment


_READ: dict[str, Callable[[Any], Any]] = {
    "text": _text,
    "lookup": _text,
    "list": _text,
    "number": _number,
    "boolean": _boolean,
    "date": lambda value: date.fromisoformat(str(value)),
    "moment": _moment,
}
