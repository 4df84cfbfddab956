"""Criteria once more, row by row and as plainly as possible, for the tests to compare with; shares no code with them.

Numbers are fractions, days of date-times are looked up on the wall clock, trees are followed by recursion.
"""

import unicodedata
from datetime import date, datetime, tzinfo
from fractions import Fraction
from typing import Any

from contact_sync.core.criteria.model import Condition, Operator
from contact_sync.core.criteria.tree import And, Node, Number

OPPOSITES = {
    Operator.NOT_EQUALS: Operator.EQUALS,
    Operator.NOT_CONTAINS: Operator.CONTAINS,
    Operator.NOT_IN: Operator.IN,
    Operator.IS_NOT_EMPTY: Operator.IS_EMPTY,
}


def same_text(text: str) -> str:
    """The text without what does not count."""
    folded = unicodedata.normalize("NFD", text.strip()).casefold()
    return unicodedata.normalize("NFC", folded)


def holds(condition: Condition, kind: str, value: Any, zone: tzinfo) -> bool:
    """Whether a value satisfies a condition. Values are of their kind, or empty: null, blank text, an empty list."""
    if condition.operator in OPPOSITES:
        positive = Condition(0, condition.field, OPPOSITES[condition.operator], condition.values)
        return not holds(positive, kind, value, zone)
    empty = value is None or value == [] or (isinstance(value, str) and not value.strip())
    if condition.operator is Operator.IS_EMPTY or empty:
        return empty and condition.operator is Operator.IS_EMPTY
    if kind == "text":
        return _text(condition, same_text(str(value)))
    if kind == "list":
        return _list(condition, {same_text(part) for part in value})
    if kind == "boolean":
        return bool(value is condition.values[0])
    return _ordered(condition, kind, value, zone)


def satisfied(node: Node, verdicts: dict[int, bool]) -> bool:
    """Whether the tree holds, given its conditions."""
    if isinstance(node, Number):
        return verdicts[node.number]
    parts = [satisfied(part, verdicts) for part in node.parts]
    return all(parts) if isinstance(node, And) else any(parts)


def _text(condition: Condition, value: str) -> bool:
    wanted = [same_text(str(each)) for each in condition.values]
    match condition.operator:
        case Operator.CONTAINS:
            return value.find(wanted[0]) >= 0
        case Operator.STARTS_WITH:
            return value[: len(wanted[0])] == wanted[0]
        case Operator.ENDS_WITH:
            return value[-len(wanted[0]) :] == wanted[0]
    return any(value == each for each in wanted)


def _list(condition: Condition, value: set[str]) -> bool:
    wanted = {same_text(str(each)) for each in condition.values}
    match condition.operator:
        case Operator.EQUALS:
            return value <= wanted <= value
        case Operator.CONTAINS:
            return wanted <= value
    return bool(value & wanted)


def _ordered(condition: Condition, kind: str, value: Any, zone: tzinfo) -> bool:
    """-1, 0, 1 for a value before, at (for a day: within) or after each thing it is compared with."""
    sides = [_side(kind, value, wanted, zone) for wanted in condition.values]
    match condition.operator:
        case Operator.LESS_THAN:
            return sides[0] < 0
        case Operator.LESS_EQUAL:
            return sides[0] <= 0
        case Operator.GREATER_THAN:
            return sides[0] > 0
        case Operator.GREATER_EQUAL:
            return sides[0] >= 0
        case Operator.BETWEEN:
            return sides[0] >= 0 >= sides[1]
    return 0 in sides


def _side(kind: str, value: Any, wanted: Any, zone: tzinfo) -> int:
    if kind == "number":
        return _compare(Fraction(str(value)), Fraction(str(wanted)))
    if kind == "date":
        return _compare(date.fromisoformat(value), date.fromisoformat(wanted))
    moment = datetime.fromisoformat(value)
    if len(wanted) == 10:
        return _compare(moment.astimezone(zone).date(), date.fromisoformat(wanted))
    return _compare(moment.timestamp(), datetime.fromisoformat(wanted).timestamp())


def _compare(one: Any, other: Any) -> int:
    return (one > other) - (one < other)
