"""CRIT-1: each operator on each kind of field, by hand; and each operator taken out in turn is missed."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from contact_sync.core.criteria.comparable import Column
from contact_sync.core.criteria.kinds import ALLOWED, Kind
from contact_sync.core.criteria.model import Operator
from contact_sync.core.criteria.operations import MAKERS
from contact_sync.core.criteria.operations import Test as Verdicts
from tests.core.criteria.table import TABLE, check

SAME_FOR_ONE_VALUE = {
    frozenset({Operator.EQUALS, Operator.IN}),
    frozenset({Operator.NOT_EQUALS, Operator.NOT_IN}),
    frozenset({Operator.CONTAINS, Operator.IN}),
    frozenset({Operator.NOT_CONTAINS, Operator.NOT_IN}),
}
"""Operators that agree on some kind as long as there is one value: no table can tell them apart."""

CELLS = [(kind, operator) for kind in Kind for operator in MAKERS[kind]]


def constant(verdict: bool) -> Callable[[Sequence[Any]], Verdicts]:
    """An operator that is none: it says the same of everything."""

    def maker(_targets: Sequence[Any]) -> Verdicts:
        def test(column: Column) -> list[bool]:
            return [verdict] * len(column.empty)

        return test

    return maker


def test_table_and_makers_hold_all_that_is_allowed() -> None:
    """CRIT-1: what the check allows can be evaluated, and is proved, for every kind; all 15 operators occur."""
    assert {kind: set(allowed) for kind, allowed in ALLOWED.items()} == {kind: set(MAKERS[kind]) for kind in Kind}
    assert {kind: set(cases) for kind, cases in TABLE.items()} == {kind: set(MAKERS[kind]) for kind in Kind}
    assert {operator for _, operator in CELLS} == set(Operator)


@pytest.mark.parametrize(("kind", "operator"), CELLS)
def test_operator(kind: Kind, operator: Operator) -> None:
    """CRIT-1: accepts what it should, refuses what it should; empty values as the rule says."""
    check(kind, operator)


@pytest.mark.parametrize("verdict", [True, False])
@pytest.mark.parametrize(("kind", "operator"), CELLS)
def test_operator_taken_out_is_missed(
    monkeypatch: pytest.MonkeyPatch, kind: Kind, operator: Operator, verdict: bool
) -> None:
    """CRIT-1: an operator that is always true, or always false, fails its cell of the table."""
    monkeypatch.setitem(MAKERS[kind], operator, constant(verdict))
    with pytest.raises(AssertionError):
        check(kind, operator)


@pytest.mark.parametrize(("kind", "operator"), CELLS)
def test_operator_mistaken_for_another_is_missed(
    monkeypatch: pytest.MonkeyPatch, kind: Kind, operator: Operator
) -> None:
    """CRIT-1: no other operator of the kind passes an operator's cell: at a boundary they all differ."""
    one = len(TABLE[kind][operator].values) == 1
    for other, maker in dict(MAKERS[kind]).items():
        if other is not operator and not (one and {operator, other} in SAME_FOR_ONE_VALUE):
            monkeypatch.setitem(MAKERS[kind], operator, maker)
            with pytest.raises((AssertionError, ValueError)):  # ValueError: another number of values
                check(kind, operator)
