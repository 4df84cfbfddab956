"""CRIT-1: kinds of fields, and conditions that do not go with them, in words."""

import pytest

from contact_sync.core.criteria.kinds import ALLOWED, Kind, check_condition, field_kind
from contact_sync.core.criteria.model import Condition, Operator, Value
from tests.core.criteria.table import TABLE

MOMENT = "a date or date-time such as 2026-01-31 or 2026-01-31T09:15:00"
NUMBERS_ALLOWED = (
    "equals, not_equals, is_empty, is_not_empty, in, not_in, less_than, less_equal, greater_than, greater_equal,"
    " between"
)
DAY = "a date such as 2026-01-31"


@pytest.mark.parametrize(
    ("data_type", "kind"),
    [
        ("text", "text"),
        ("email", "text"),
        ("picklist", "text"),
        ("lookup", "text"),
        ("ownerlookup", "text"),
        ("autonumber", "text"),
        ("integer", "number"),
        ("Double", "number"),
        ("currency", "number"),
        ("date", "date"),
        ("datetime", "datetime"),
        ("boolean", "boolean"),
        ("multiselectpicklist", "list"),
        pytest.param("hologram", "text", id="SRC-10: an unknown type is text"),
    ],
)
def test_kind_of_a_data_type(data_type: str, kind: str) -> None:
    """CRIT-1: each data type compares as one kind."""
    assert field_kind(data_type) == kind


@pytest.mark.parametrize(("kind", "operator"), [(kind, operator) for kind in Kind for operator in Operator])
def test_operators_of_each_kind(kind: Kind, operator: Operator) -> None:
    """CRIT-1: what the kind allows passes, also while the kind is unknown; all else is refused with what is allowed."""
    if operator in ALLOWED[kind]:
        condition = Condition(1, "Field", operator, TABLE[kind][operator].values)
        assert check_condition(condition, kind) is None
        assert check_condition(condition) is None
    else:
        problem = check_condition(Condition(1, "Field", operator, ("x",)), kind) or ""
        allowed = ", ".join(ALLOWED[kind])
        assert problem.startswith(f"'{operator}' does not go with a {kind} field. Allowed: {allowed}.")


PROBLEMS: list[tuple[Kind | None, Operator, tuple[Value, ...], str]] = [
    (
        Kind.NUMBER,
        Operator.NOT_CONTAINS,
        (2,),
        f"'not_contains' does not go with a number field. Allowed: {NUMBERS_ALLOWED}. Did you mean 'not_in'?",
    ),
    (
        Kind.BOOLEAN,
        Operator.LESS_THAN,
        (2,),
        "'less_than' does not go with a boolean field. Allowed: equals, not_equals, is_empty, is_not_empty.",
    ),
    (Kind.TEXT, Operator.IS_EMPTY, ("x",), "'is_empty' compares with nothing, and 1 value is given. Remove them."),
    (None, Operator.IS_NOT_EMPTY, (1, 2), "'is_not_empty' compares with nothing, and 2 values are given. Remove them."),
    (Kind.NUMBER, Operator.BETWEEN, (2,), "'between' needs two values, lowest first, and 1 value is given."),
    (None, Operator.BETWEEN, (1, 2, 3), "'between' needs two values, lowest first, and 3 values are given."),
    (Kind.TEXT, Operator.IN, (), "'in' needs a value to compare with."),
    (None, Operator.CONTAINS, (), "'contains' needs a value to compare with."),
    (Kind.TEXT, Operator.EQUALS, ("a", "b"), "'equals' takes one value, and 2 values are given. Did you mean 'in'?"),
    (
        Kind.DATE,
        Operator.NOT_EQUALS,
        ("a", "b"),
        "'not_equals' takes one value, and 2 values are given. Did you mean 'not_in'?",
    ),
    (Kind.LIST, Operator.CONTAINS, ("a", "b"), "'contains' takes one value, and 2 values are given."),
    (None, Operator.STARTS_WITH, ("a", "b"), "'starts_with' takes one value, and 2 values are given."),
    (
        Kind.NUMBER,
        Operator.LESS_THAN,
        ("2",),
        "'2' is not a number such as 2 or 2.5. Did you mean 2, without quotes?",
    ),
    (
        Kind.NUMBER,
        Operator.EQUALS,
        ("-010",),
        "'-010' is not a number such as 2 or 2.5. Did you mean -10, without quotes?",
    ),
    (Kind.NUMBER, Operator.IN, (1, "many"), "'many' is not a number such as 2 or 2.5."),
    (Kind.NUMBER, Operator.EQUALS, (True,), "true is not a number such as 2 or 2.5."),
    (Kind.NUMBER, Operator.EQUALS, (float("nan"),), "NaN is not a number such as 2 or 2.5."),
    (Kind.TEXT, Operator.EQUALS, (2.5,), '2.5 is not a text. Did you mean "2.5", in quotes?'),
    (Kind.LIST, Operator.CONTAINS, (False,), 'false is not a text. Did you mean "false", in quotes?'),
    (Kind.TEXT, Operator.EQUALS, (" ",), "' ' is not a text. Use is_empty or is_not_empty to ask for empty fields."),
    (Kind.BOOLEAN, Operator.EQUALS, ("Yes",), "'Yes' is not true or false. Did you mean true?"),
    (Kind.BOOLEAN, Operator.EQUALS, (0,), "0 is not true or false. Did you mean false?"),
    (Kind.BOOLEAN, Operator.EQUALS, ("perhaps",), "'perhaps' is not true or false."),
    (Kind.DATE, Operator.EQUALS, ("2026/1/5",), f"'2026/1/5' is not {DAY}. Did you mean 2026-01-05?"),
    (Kind.DATE, Operator.EQUALS, (20260131,), f"20260131 is not {DAY}. Did you mean 2026-01-31?"),
    (
        Kind.DATE,
        Operator.EQUALS,
        ("2026-01-31T09:15:00",),
        f"'2026-01-31T09:15:00' is not {DAY}. Did you mean 2026-01-31?",
    ),
    (Kind.DATE, Operator.EQUALS, ("2026-02-30",), f"'2026-02-30' is not {DAY}."),
    (Kind.DATETIME, Operator.EQUALS, ("31.01.2026",), f"'31.01.2026' is not {MOMENT}."),
    (
        Kind.DATETIME,
        Operator.EQUALS,
        ("2026-01-31T25:00:00",),
        f"'2026-01-31T25:00:00' is not {MOMENT}. Did you mean 2026-01-31?",
    ),
    (Kind.NUMBER, Operator.BETWEEN, (5, 2), "'between' needs the lowest value first: 2, 5."),
    (
        Kind.DATE,
        Operator.BETWEEN,
        ("2026-02-01", "2026-01-01"),
        "'between' needs the lowest value first: '2026-01-01', '2026-02-01'.",
    ),
    (
        Kind.DATETIME,
        Operator.BETWEEN,
        ("2026-01-02T00:00:00", "2026-01-01"),
        "'between' needs the lowest value first: '2026-01-01', '2026-01-02T00:00:00'.",
    ),
    (
        Kind.DATETIME,
        Operator.BETWEEN,
        ("2026-01-01T00:00:00Z", "2026-01-02"),
        "'2026-01-01T00:00:00Z' and '2026-01-02': write both with an offset such as +01:00, or both without.",
    ),
    (None, Operator.BETWEEN, (5, 2), "'between' needs the lowest value first: 2, 5."),
    (
        None,
        Operator.GREATER_THAN,
        ("2",),
        f"'2' is not a number such as 2 or 2.5 or {DAY} or {MOMENT}. Did you mean 2, without quotes?",
    ),
    (
        None,
        Operator.BETWEEN,
        (2, "2026-01-01"),
        "2, '2026-01-01' are not of one type. Each must be a number such as 2 or 2.5 or a date such as 2026-01-31 or"
        f" {MOMENT}.",
    ),
    (None, Operator.CONTAINS, (2.5,), '2.5 is not a text. Did you mean "2.5", in quotes?'),
]


@pytest.mark.parametrize(("kind", "operator", "values", "problem"), PROBLEMS)
def test_condition_is_refused(kind: Kind | None, operator: Operator, values: tuple[Value, ...], problem: str) -> None:
    """CRIT-1: what is wrong, what is allowed, and the close match."""
    assert check_condition(Condition(3, "Field", operator, values), kind) == problem


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (Kind.NUMBER, (2, 2)),
        (Kind.NUMBER, (-1.5, 2)),
        (Kind.DATE, ("2026-01-01", "2026-01-01")),
        (Kind.DATETIME, ("2026-01-01T09:00:00", "2026-01-01")),
        (Kind.DATETIME, ("2026-01-01", "2026-01-01T09:00")),
        (Kind.DATETIME, ("2026-01-01T09:00:00Z", "2026-01-01T09:30:00+00:30")),
    ],
)
def test_lower_and_upper_bound_may_be_equal(kind: Kind, values: tuple[Value, ...]) -> None:
    """CRIT-1: between is inclusive; a day as upper bound is the whole of it."""
    upside_down = Condition(1, "Field", Operator.BETWEEN, values)
    assert check_condition(upside_down, kind) is None
    assert check_condition(upside_down) is None
