"""What each operator says of each value, kind by kind: the table that the operators are held to (CRIT-1).

(values of the condition) → values of records that satisfy it, and that do not. Written by hand, not computed.
"""

from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from contact_sync.core.criteria.evaluate import Judge
from contact_sync.core.criteria.kinds import Kind
from contact_sync.core.criteria.model import Condition, Criteria, Operator, Value

ZONE = ZoneInfo("Europe/Berlin")


class Case(NamedTuple):
    values: tuple[Value, ...]
    accepts: list[Any]
    refuses: list[Any]


EMPTY = [None, "", " \t", [], {}, {"name": None, "id": "7"}, [None, " "]]
LOOKUP = {"name": "Zylker", "id": "7"}

TABLE: dict[Kind, dict[Operator, Case]] = {
    Kind.TEXT: {
        Operator.EQUALS: Case(("zylker ",), ["Zylker", " ZYLKER\n", LOOKUP], ["Zylker AG", "A Zylker", *EMPTY]),
        Operator.NOT_EQUALS: Case(("zylker ",), ["Zylker AG", "7", *EMPTY], ["Zylker", " ZYLKER\n", LOOKUP]),
        Operator.CONTAINS: Case(("strasse",), ["Hauptstraße 1", "STRASSE"], ["stra sse", "Strase", *EMPTY]),
        Operator.NOT_CONTAINS: Case(("strasse",), ["stra sse", *EMPTY], ["Hauptstraße 1", "STRASSE"]),
        Operator.STARTS_WITH: Case(("Zyl",), ["zylker", "  Zyl", LOOKUP], ["A Zyl", "Zy", *EMPTY]),
        Operator.ENDS_WITH: Case(("KER",), ["zylker ", LOOKUP], ["kern", "er", *EMPTY]),
        Operator.IN: Case(("IT", "Media", 2015), ["it", " MEDIA", "2015", 2015], ["I", "IT, Media", "2016", *EMPTY]),
        Operator.NOT_IN: Case(("IT", "Media"), ["I", "IT, Media", "2016", *EMPTY], ["it", " MEDIA"]),
        Operator.IS_EMPTY: Case((), EMPTY, ["Zylker", "0", 0, False, LOOKUP]),
        Operator.IS_NOT_EMPTY: Case((), ["Zylker", "0", 0, False, LOOKUP], EMPTY),
    },
    Kind.NUMBER: {
        Operator.EQUALS: Case((0.1,), [0.1, "0.1", " 0.10", [0.1]], [0.1000001, 0.09, "0,1", True, "", "many", *EMPTY]),
        Operator.NOT_EQUALS: Case((2,), [2.5, "many", True, *EMPTY], [2, 2.0, "2", "2.00", "2e0"]),
        Operator.IN: Case((1, 2.5), [1, "1.0", 2.5], [2, 1.5, "1 or 2.5", [1, 2.5], *EMPTY]),
        Operator.NOT_IN: Case((1, 2.5), [2, 1.5, [1, 2.5], *EMPTY], [1, "1.0", 2.5]),
        Operator.LESS_THAN: Case((10,), [9, "9", -1, 9.999], [10, 10.0, 11, "9 years", *EMPTY]),
        Operator.LESS_EQUAL: Case((10,), [9, "9", 10, "10.0"], [10.001, 11, *EMPTY]),
        Operator.GREATER_THAN: Case((2,), [3, "10", 2.001, 10**5000], [2, "2.0", 1, float("nan"), *EMPTY]),
        Operator.GREATER_EQUAL: Case((2,), [3, "10", 2, "2.0"], [1.999, -3, float("inf"), *EMPTY]),
        Operator.BETWEEN: Case((2, 5), [2, 5, "3.5"], [1.999, 5.001, "three", *EMPTY]),
        Operator.IS_EMPTY: Case((), EMPTY, [0, "many", 0.0]),
        Operator.IS_NOT_EMPTY: Case((), [0, "many", 0.0], EMPTY),
    },
    Kind.DATE: {
        Operator.EQUALS: Case(
            ("2026-03-29",), ["2026-03-29", "2026-03-29T23:30:00-11:00"], ["2026-03-28", "2026-03-30", *EMPTY]
        ),
        Operator.NOT_EQUALS: Case(("2026-03-29",), ["2026-03-28", "29.03.2026", *EMPTY], ["2026-03-29"]),
        Operator.IN: Case(("2026-03-29", "2026-01-01"), ["2026-03-29", "2026-01-01"], ["2026-03-01", *EMPTY]),
        Operator.NOT_IN: Case(("2026-03-29", "2026-01-01"), ["2026-03-01", *EMPTY], ["2026-03-29", "2026-01-01"]),
        Operator.LESS_THAN: Case(("2026-03-29",), ["2026-03-28", "0001-01-01"], ["2026-03-29", "2026-03-30", *EMPTY]),
        Operator.LESS_EQUAL: Case(("2026-03-29",), ["2026-03-28", "2026-03-29"], ["2026-03-30", *EMPTY]),
        Operator.GREATER_THAN: Case(("2026-03-29",), ["2026-03-30"], ["2026-03-29", "2026-03-28", "soon", *EMPTY]),
        Operator.GREATER_EQUAL: Case(("2026-03-29",), ["2026-03-30", "2026-03-29"], ["2026-03-28", *EMPTY]),
        Operator.BETWEEN: Case(
            ("2026-01-01", "2026-02-01"),
            ["2026-01-01", "2026-02-01", "2026-01-15"],
            ["2025-12-31", "2026-02-02", 20260115, *EMPTY],
        ),
        Operator.IS_EMPTY: Case((), EMPTY, ["2026-03-29", "soon"]),
        Operator.IS_NOT_EMPTY: Case((), ["2026-03-29", "soon"], EMPTY),
    },
    Kind.DATETIME: {
        # In Berlin the 29th of March 2026 lasts from 28T23:00Z to 29T22:00Z: 23 hours.
        Operator.EQUALS: Case(
            ("2026-03-29",),
            ["2026-03-28T23:00:00Z", "2026-03-29T21:59:59Z", "2026-03-29T23:59:59+02:00"],
            ["2026-03-28T22:59:59Z", "2026-03-29T22:00:00Z", "2026-03-29", "2026-03-29T12:00:00", *EMPTY],
        ),
        Operator.NOT_EQUALS: Case(
            ("2026-03-29",), ["2026-03-28T22:59:59Z", "soon", *EMPTY], ["2026-03-28T23:00:00Z", "2026-03-29T21:59:59Z"]
        ),
        Operator.IN: Case(
            ("2026-03-29", "2026-01-01T09:00:00"),
            ["2026-03-29T21:59:59Z", "2026-01-01T08:00:00Z"],
            ["2026-03-29T22:00:00Z", "2026-01-01T09:00:00Z", *EMPTY],
        ),
        Operator.NOT_IN: Case(
            ("2026-03-29", "2026-01-01T09:00:00"),
            ["2026-03-29T22:00:00Z", "2026-01-01T09:00:00Z", *EMPTY],
            ["2026-03-29T21:59:59Z", "2026-01-01T08:00:00Z"],
        ),
        Operator.LESS_THAN: Case(
            ("2026-03-29",), ["2026-03-28T22:59:59Z"], ["2026-03-28T23:00:00Z", "2026-04-01T00:00:00Z", *EMPTY]
        ),
        Operator.LESS_EQUAL: Case(
            ("2026-03-29",), ["2026-03-28T22:59:59Z", "2026-03-29T21:59:59Z"], ["2026-03-29T22:00:00Z", *EMPTY]
        ),
        Operator.GREATER_THAN: Case(
            ("2026-03-29",), ["2026-03-29T22:00:00Z"], ["2026-03-29T21:59:59Z", "2026-03-28T23:00:00Z", *EMPTY]
        ),
        Operator.GREATER_EQUAL: Case(
            ("2026-03-29",), ["2026-03-29T22:00:00Z", "2026-03-28T23:00:00Z"], ["2026-03-28T22:59:59Z", *EMPTY]
        ),
        Operator.BETWEEN: Case(
            ("2026-01-01", "2026-02-01"),
            ["2025-12-31T23:00:00Z", "2026-01-15T12:00:00Z", "2026-02-01T23:59:59.999999+01:00"],
            ["2025-12-31T22:59:59Z", "2026-02-01T23:00:00Z", *EMPTY],
        ),
        Operator.IS_EMPTY: Case((), EMPTY, ["2026-03-29T00:00:00Z", "soon"]),
        Operator.IS_NOT_EMPTY: Case((), ["2026-03-29T00:00:00Z", "soon"], EMPTY),
    },
    Kind.BOOLEAN: {
        Operator.EQUALS: Case((True,), [True, "true", "Yes", 1], [False, "false", 0, "maybe", *EMPTY]),
        Operator.NOT_EQUALS: Case((True,), [False, "false", 0, "maybe", *EMPTY], [True, "true", "Yes", 1]),
        Operator.IS_EMPTY: Case((), EMPTY, [False, True, 0]),
        Operator.IS_NOT_EMPTY: Case((), [False, True, 0], EMPTY),
    },
    Kind.LIST: {
        Operator.EQUALS: Case(
            ("Java", "Go"), [["go", " JAVA "], ["Java", "Go", "go"]], [["Java"], ["Java", "Go", "C"], "Java", *EMPTY]
        ),
        Operator.NOT_EQUALS: Case(("Java",), [["Java", "Go"], ["Go"], *EMPTY], [["java"], "Java ", [{"name": "Java"}]]),
        Operator.CONTAINS: Case(("Java",), [["java"], ["Go", "Java"], "JAVA"], [["JavaScript"], ["Go"], *EMPTY]),
        Operator.NOT_CONTAINS: Case(("Java",), [["JavaScript"], ["Go"], *EMPTY], [["java"], ["Go", "Java"]]),
        Operator.IN: Case(("Java", "Go"), [["java"], ["C", "Go"], ["Go", "Java"]], [["JavaScript"], ["C"], *EMPTY]),
        Operator.NOT_IN: Case(("Java", "Go"), [["JavaScript"], ["C"], *EMPTY], [["java"], ["C", "Go"]]),
        Operator.IS_EMPTY: Case((), EMPTY, [["Java"], "Java"]),
        Operator.IS_NOT_EMPTY: Case((), [["Java"], "Java"], EMPTY),
    },
}  # fmt: skip


def verdicts(kind: Kind, operator: Operator, values: tuple[Value, ...], raw: list[Any]) -> list[bool]:
    """What one condition on one field says of these values."""
    criteria = Criteria((Condition(1, "Field", operator, values),), "1")
    return Judge(criteria, {"Field": kind}, ZONE).rows([{"Field": value} for value in raw])


def check(kind: Kind, operator: Operator) -> None:
    """The assertion of one cell of the table."""
    values, accepts, refuses = TABLE[kind][operator]
    assert verdicts(kind, operator, values, accepts) == [True] * len(accepts)
    assert verdicts(kind, operator, values, refuses) == [False] * len(refuses)
