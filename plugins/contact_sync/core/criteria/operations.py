"""What each operator does to a column, by the kind of the field (CRIT-1).

An empty value, or one that does not fit the kind, satisfies no operator but is_empty (only if it is empty) and the not_
ones, which are the exact opposites of theirs. On lists `equals` asks for the same set, `contains` for one element, and
`in` for at least one element among the values.
"""

from collections.abc import Callable, Sequence
from typing import Any

from contact_sync.core.criteria.comparable import Column
from contact_sync.core.criteria.kinds import Kind
from contact_sync.core.criteria.model import Operator

Test = Callable[[Column], list[bool]]
Maker = Callable[[Sequence[Any]], Test]
"""From what a condition compares with (comparable.target, one per value) to its test of a column."""


def _is_empty(_targets: Sequence[Any]) -> Test:
    return lambda column: column.empty


def _not(maker: Maker) -> Maker:
    def opposite(targets: Sequence[Any]) -> Test:
        test = maker(targets)
        return lambda column: [not verdict for verdict in test(column)]

    return opposite


def _same(targets: Sequence[Any]) -> Test:
    (wanted,) = targets
    return lambda column: [value == wanted for value in column.values]


def _part(targets: Sequence[Any]) -> Test:
    """A part of a text, or an element of a list."""
    (wanted,) = targets
    return lambda column: [value is not None and wanted in value for value in column.values]


def _start(targets: Sequence[Any]) -> Test:
    (wanted,) = targets
    return lambda column: [value is not None and value.startswith(wanted) for value in column.values]


def _end(targets: Sequence[Any]) -> Test:
    (wanted,) = targets
    return lambda column: [value is not None and value.endswith(wanted) for value in column.values]


def _among(targets: Sequence[Any]) -> Test:
    wanted = frozenset(targets)
    return lambda column: [value in wanted for value in column.values]


def _same_set(targets: Sequence[Any]) -> Test:
    wanted = frozenset(targets)
    return lambda column: [value == wanted for value in column.values]


def _any_among(targets: Sequence[Any]) -> Test:
    wanted = frozenset(targets)
    return lambda column: [value is not None and not wanted.isdisjoint(value) for value in column.values]


def _within(targets: Sequence[Any]) -> Test:
    ((first, last),) = targets
    return lambda column: [value is not None and first <= value <= last for value in column.values]


def _within_any(targets: Sequence[Any]) -> Test:
    points = frozenset(first for first, last in targets if first == last)
    spans = [(first, last) for first, last in targets if first != last]
    return lambda column: [
        value is not None and (value in points or any(first <= value <= last for first, last in spans))
        for value in column.values
    ]


def _less(targets: Sequence[Any]) -> Test:
    ((first, _),) = targets
    return lambda column: [value is not None and value < first for value in column.values]


def _less_or_same(targets: Sequence[Any]) -> Test:
    ((_, last),) = targets
    return lambda column: [value is not None and value <= last for value in column.values]


def _more(targets: Sequence[Any]) -> Test:
    ((_, last),) = targets
    return lambda column: [value is not None and value > last for value in column.values]


def _more_or_same(targets: Sequence[Any]) -> Test:
    ((first, _),) = targets
    return lambda column: [value is not None and value >= first for value in column.values]


def _between(targets: Sequence[Any]) -> Test:
    (first, _), (_, last) = targets
    return lambda column: [value is not None and first <= value <= last for value in column.values]


_EMPTINESS: dict[Operator, Maker] = {Operator.IS_EMPTY: _is_empty, Operator.IS_NOT_EMPTY: _not(_is_empty)}
_ORDERED: dict[Operator, Maker] = {
    Operator.EQUALS: _within,
    Operator.NOT_EQUALS: _not(_within),
    Operator.IN: _within_any,
    Operator.NOT_IN: _not(_within_any),
    Operator.LESS_THAN: _less,
    Operator.LESS_EQUAL: _less_or_same,
    Operator.GREATER_THAN: _more,
    Operator.GREATER_EQUAL: _more_or_same,
    Operator.BETWEEN: _between,
    **_EMPTINESS,
}
MAKERS: dict[Kind, dict[Operator, Maker]] = {
    Kind.TEXT: {
        Operator.EQUALS: _same,
        Operator.NOT_EQUALS: _not(_same),
        Operator.CONTAINS: _part,
        Operator.NOT_CONTAINS: _not(_part),
        Operator.STARTS_WITH: _start,
        Operator.ENDS_WITH: _end,
        Operator.IN: _among,
        Operator.NOT_IN: _not(_among),
        **_EMPTINESS,
    },
    Kind.NUMBER: dict(_ORDERED),
    Kind.DATE: dict(_ORDERED),
    Kind.DATETIME: dict(_ORDERED),
    Kind.BOOLEAN: {Operator.EQUALS: _same, Operator.NOT_EQUALS: _not(_same), **_EMPTINESS},
    Kind.LIST: {
        Operator.EQUALS: _same_set,
        Operator.NOT_EQUALS: _not(_same_set),
        Operator.CONTAINS: _part,
        Operator.NOT_CONTAINS: _not(_part),
        Operator.IN: _any_among,
        Operator.NOT_IN: _not(_any_among),
        **_EMPTINESS,
    },
}
"""Every operator that a kind allows (kinds.ALLOWED)."""
