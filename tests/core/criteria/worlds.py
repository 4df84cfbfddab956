"""Random criteria and rows over fields of every kind, in which values often meet."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from contact_sync.core.criteria.kinds import ALLOWED, Kind, check_condition
from contact_sync.core.criteria.model import Condition, Operator
from contact_sync.core.criteria.tree import And, Node, Number, Or

KINDS = {f"A_{kind}": kind for kind in Kind} | {"Clients.Industry": Kind.TEXT, "Source": Kind.TEXT}

words = st.text("aAsSßẞéÉe\u0301İiıσς(),\\ 12", min_size=1, max_size=4).filter(str.strip)
whole = st.integers(-3, 3)
fractions = st.sampled_from([0.1, 0.2, 0.3, -1.5, 1e16, 0.30000000000000004])
days = st.dates(date(2026, 3, 27), date(2026, 3, 31)).map(date.isoformat)
moments = st.builds(
    lambda hours, offset: (datetime(2026, 3, 27, tzinfo=UTC) + timedelta(hours=hours, seconds=offset)).isoformat(),
    st.integers(0, 120),
    st.sampled_from([0, 0, -1, 1]),
)
PAIRS = [(field, operator) for field, kind in KINDS.items() for operator in ALLOWED[kind]]
EMPTY: list[Any] = [None, "", "  "]

CONDITION_VALUES: dict[Kind, st.SearchStrategy[Any]] = {
    Kind.TEXT: words | whole.filter(lambda number: number > 0),
    Kind.NUMBER: whole | fractions,
    Kind.DATE: days,
    Kind.DATETIME: days | moments,
    Kind.BOOLEAN: st.booleans(),
    Kind.LIST: words,
}
ROW_VALUES: dict[Kind, st.SearchStrategy[Any]] = {
    Kind.TEXT: st.sampled_from(EMPTY) | words | words.map(str.upper) | words.map(" {} ".format) | whole,
    Kind.NUMBER: st.sampled_from(EMPTY) | whole | fractions | (whole | fractions).map(str),
    Kind.DATE: st.sampled_from(EMPTY) | days,
    Kind.DATETIME: st.sampled_from(EMPTY) | moments,
    Kind.BOOLEAN: st.sampled_from([None, ""]) | st.booleans(),
    Kind.LIST: st.sampled_from([None, []]) | st.lists(words, max_size=3),
}


def law(examples: int, **options: Any) -> settings:
    """Settings of a law: on a busy machine the time that an example takes says nothing."""
    return settings(max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow], **options)


def rows(conditions: Iterable[Condition]) -> st.SearchStrategy[dict[str, Any]]:
    """A row with some or all of the fields that the conditions name."""
    return st.fixed_dictionaries({}, optional={each.field: ROW_VALUES[KINDS[each.field]] for each in conditions})


@st.composite
def conditions(draw: st.DrawFn, number: int = 1, operators: tuple[Operator, ...] = tuple(Operator)) -> Condition:
    """A condition with one of these operators that the check lets pass."""
    field, operator = draw(st.sampled_from([pair for pair in PAIRS if pair[1] in operators]))
    kind = KINDS[field]
    least, most = _how_many(operator, kind)
    values = tuple(draw(st.lists(CONDITION_VALUES[kind], min_size=least, max_size=most)))
    if operator is Operator.BETWEEN and check_condition(Condition(number, field, operator, values), kind):
        # upside down, or a moment with an offset beside a day
        values = values[::-1] if type(values[0]) is not str or len(values[0]) == len(values[1]) else values[:1] * 2
    return Condition(number, field, operator, values)


def _how_many(operator: Operator, kind: Kind) -> tuple[int, int]:
    if operator in (Operator.IS_EMPTY, Operator.IS_NOT_EMPTY):
        return 0, 0
    if operator is Operator.BETWEEN:
        return 2, 2
    several = operator in (Operator.IN, Operator.NOT_IN) or (
        kind is Kind.LIST and operator in (Operator.EQUALS, Operator.NOT_EQUALS)
    )
    return 1, 3 if several else 1


@st.composite
def trees(draw: st.DrawFn, most: int = 7) -> Node:
    """A tree whose numbers are 1, 2, 3 … from left to right: neighbours are joined until one node is left."""
    nodes: list[Node] = [Number(number) for number in range(1, draw(st.integers(1, most)) + 1)]
    while len(nodes) > 1:
        start = draw(st.integers(0, len(nodes) - 2))
        joined = nodes[start : start + draw(st.integers(2, 4))]
        nodes[start : start + len(joined)] = [draw(st.sampled_from([And, Or]))(tuple(joined))]
    return nodes[0]
