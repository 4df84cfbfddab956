"""CRIT-1, CRIT-3, CRIT-6 as laws: what Judge says is what a plain evaluation says, and not_ is the opposite."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contact_sync.core.criteria.comparable import fold
from contact_sync.core.criteria.evaluate import Judge
from contact_sync.core.criteria.kinds import Kind
from contact_sync.core.criteria.model import Condition, Criteria, Operator
from contact_sync.core.criteria.tree import Node, Number, walk
from tests.core.criteria import naive, worlds

ZONES = [ZoneInfo(name) for name in ("Europe/Berlin", "America/Los_Angeles", "Pacific/Auckland", "UTC")]

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4) | worlds.moments | worlds.days
anything = st.recursive(
    scalars,
    lambda parts: (
        st.lists(parts, max_size=3) | st.dictionaries(st.sampled_from(["name", "id", "x"]), parts, max_size=3)
    ),
    max_leaves=5,
)


def criteria_over(tree: Node, data: st.DataObject) -> Criteria:
    numbers = [each.number for each in walk(tree) if isinstance(each, Number)]
    return Criteria(tuple(data.draw(worlds.conditions(number)) for number in numbers), str(tree))


@worlds.law(100)
@given(worlds.trees(), st.sampled_from(ZONES), st.data())
def test_judge_agrees_with_a_plain_evaluation(tree: Node, zone: ZoneInfo, data: st.DataObject) -> None:
    """CRIT-3, CRIT-6: for every pattern, condition and row; a row's verdict does not depend on the rows beside it."""
    criteria = criteria_over(tree, data)
    rows = data.draw(st.lists(worlds.rows(criteria.conditions), max_size=3))
    judge = Judge(criteria, worlds.KINDS, zone)
    expected = [
        {
            each.number: naive.holds(each, worlds.KINDS[each.field], row.get(each.field), zone)
            for each in criteria.conditions
        }
        for row in rows
    ]
    assert [judge.explain(row) for row in rows] == expected
    assert judge.rows(rows) == [naive.satisfied(tree, verdicts) for verdicts in expected]


@worlds.law(100)
@given(st.data(), st.sampled_from(sorted(naive.OPPOSITES)), st.lists(anything, max_size=2))
def test_not_is_the_exact_opposite(data: st.DataObject, name: str, values: list[Any]) -> None:
    """CRIT-1: on empty values, on values of the kind, and on any other JSON; nothing of it raises."""
    negative = Operator(name)
    condition = data.draw(worlds.conditions(operators=(naive.OPPOSITES[negative],)))
    kind = worlds.KINDS[condition.field]
    values = values + data.draw(st.lists(worlds.ROW_VALUES[kind], max_size=2)) + [None, "", " ", []]
    rows = [{condition.field: value} for value in values]
    opposite = Condition(1, condition.field, negative, condition.values)
    positive, negated = (
        Judge(Criteria((each,), "1"), worlds.KINDS, ZONES[0]).rows(rows) for each in (condition, opposite)
    )
    assert negated == [not verdict for verdict in positive]
    assert positive[-4:] == [condition.operator is Operator.IS_EMPTY] * 4


@pytest.mark.parametrize("kind", [Kind.NUMBER, Kind.DATE, Kind.DATETIME])
@worlds.law(60)
@given(data=st.data(), junk=anything)
def test_one_of_less_equal_more(kind: Kind, data: st.DataObject, junk: Any) -> None:
    """CRIT-1: exactly one of less_than, equals, greater_than holds for a value that fits; for any other none."""
    wanted = data.draw(worlds.CONDITION_VALUES[kind])
    rows = [{"Field": value} for value in (data.draw(worlds.ROW_VALUES[kind]), junk)]
    less, same, more = (
        Judge(Criteria((Condition(1, "Field", operator, (wanted,)),), "1"), {"Field": kind}, ZONES[0]).rows(rows)
        for operator in (Operator.LESS_THAN, Operator.EQUALS, Operator.GREATER_THAN)
    )
    assert less[0] + same[0] + more[0] == (rows[0]["Field"] not in (None, "", "  "))
    assert less[1] + same[1] + more[1] in (0, 1)


@worlds.law(100)
@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    """CRIT-1: what compares equal stays equal."""
    assert fold(fold(text)) == fold(text)
    assert fold(f" {text}\n") == fold(text)
