"""CRIT-1, CRIT-4, CRIT-6, SRC-5: criteria over rows, by example."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from contact_sync.core.criteria.comparable import fold
from contact_sync.core.criteria.evaluate import Judge, any_row
from contact_sync.core.criteria.kinds import Kind
from contact_sync.core.criteria.model import Condition, Criteria, Operator
from contact_sync.core.criteria.pattern import default_pattern
from contact_sync.errors import ConfigError

BERLIN, HAVANA, APIA = ZoneInfo("Europe/Berlin"), ZoneInfo("America/Havana"), ZoneInfo("Pacific/Apia")
EXAMPLE = Criteria(
    (
        Condition(1, "Department", Operator.EQUALS, ("Information Technology",)),
        Condition(2, "Experience_in_Years", Operator.GREATER_EQUAL, (2,)),
        Condition(3, "Year_Passed_Out", Operator.EQUALS, (2015,)),
        Condition(4, "Year_Passed_Out", Operator.EQUALS, (2016,)),
    ),
    "((1 and 2) and (3 or 4))",
)
KINDS = {"Department": Kind.TEXT, "Experience_in_Years": Kind.NUMBER, "Year_Passed_Out": Kind.NUMBER}


def candidate(department: Any, years: Any, passed_out: Any) -> dict[str, Any]:
    return {"Department": department, "Experience_in_Years": years, "Year_Passed_Out": passed_out}


@pytest.mark.parametrize(
    ("row", "verdict", "conditions"),
    [
        (candidate("Information Technology", 2, 2015), True, [True, True, True, False]),
        (candidate(" information technology ", "7", 2016), True, [True, True, False, True]),
        (candidate("Information Technology", 1, 2016), False, [True, False, False, True]),
        (candidate("Sales", 9, 2015), False, [False, True, True, False]),
        (candidate("Information Technology", 9, 2014), False, [True, True, False, False]),
        (candidate(None, None, None), False, [False, False, False, False]),
        ({}, False, [False, False, False, False]),
    ],
)
@pytest.mark.parametrize("kind", [Kind.NUMBER, Kind.TEXT])
def test_worked_example(kind: Kind, row: dict[str, Any], verdict: bool, conditions: list[bool]) -> None:
    """CRIT-4, CRIT-6: IT, two years or more, passed out in 2015 or 2016; the year a number or a pick list."""
    judge = Judge(EXAMPLE, KINDS | {"Year_Passed_Out": kind}, BERLIN)
    assert judge.rows([row]) == [verdict]
    assert judge.explain(row) == dict(zip([1, 2, 3, 4], conditions, strict=True))


def test_rows_keep_their_order_and_none_is_no_error() -> None:
    """CRIT-1: one verdict per row."""
    judge = Judge(EXAMPLE, KINDS, BERLIN)
    good, bad = candidate("Information Technology", 2, 2015), candidate("Sales", 2, 2015)
    assert judge.rows([bad, good, bad, bad, good]) == [False, True, False, False, True]
    assert judge.rows([]) == []
    assert judge.fields == ("Department", "Experience_in_Years", "Year_Passed_Out")


def test_joined_rows_qualify_a_record_together() -> None:
    """SRC-5: the pattern is evaluated over the joined row, not put together from several of them."""
    criteria = Criteria(
        (
            Condition(1, "Clients.Industry", Operator.IN, ("IT", "Media")),
            Condition(2, "Job_Openings.City", Operator.EQUALS, ("Berlin",)),
        ),
        "(1 and 2)",
    )
    rows = [
        ("9", {"Clients.Industry": "Food", "Job_Openings.City": "Berlin"}),
        ("7", {"Clients.Industry": "IT", "Job_Openings.City": "Ulm"}),
        ("9", {"Clients.Industry": "media", "Job_Openings.City": "berlin"}),
        ("7", {"Clients.Industry": "Food", "Job_Openings.City": "Berlin"}),
        ("8", {}),
    ]
    judge = Judge(criteria, {"Clients.Industry": Kind.TEXT, "Job_Openings.City": Kind.TEXT}, BERLIN)
    found = any_row([record for record, _ in rows], judge.rows([row for _, row in rows]))
    assert list(found.items()) == [("9", True), ("7", False), ("8", False)]


def test_records_and_verdicts_must_be_as_many() -> None:
    """SRC-5: no record is lost unseen."""
    with pytest.raises(ValueError, match="shorter"):
        any_row(["1", "2"], [True])


@pytest.mark.parametrize(
    ("zone", "day", "first", "last"),
    [
        pytest.param(BERLIN, "2026-10-25", "2026-10-24T22:00:00Z", "2026-10-25T22:59:59.999999Z", id="25 hours"),
        pytest.param(BERLIN, "2026-03-29", "2026-03-28T23:00:00Z", "2026-03-29T21:59:59.999999Z", id="23 hours"),
        pytest.param(HAVANA, "2026-11-01", "2026-11-01T04:00:00Z", "2026-11-02T04:59:59.999999Z", id="midnight twice"),
        pytest.param(HAVANA, "2026-03-08", "2026-03-08T05:00:00Z", "2026-03-09T03:59:59.999999Z", id="no midnight"),
        pytest.param(BERLIN, "0001-01-01", "0001-01-01T00:00:00Z", "0001-01-01T12:00:00Z", id="first day there is"),
        pytest.param(HAVANA, "9999-12-31", "9999-12-31T06:00:00Z", "9999-12-31T23:59:59Z", id="last day there is"),
    ],
)
def test_a_day_is_that_day_in_the_zone_of_the_sync(zone: ZoneInfo, day: str, first: str, last: str) -> None:
    """CRIT-1: a date against a date-time field spans the day from its first to its last moment."""
    criteria = Criteria((Condition(1, "Created_Time", Operator.EQUALS, (day,)),), "1")
    judge = Judge(criteria, {"Created_Time": Kind.DATETIME}, zone)
    assert judge.rows([{"Created_Time": first}, {"Created_Time": last}]) == [True, True]


def test_a_day_that_the_zone_left_out_holds_nothing() -> None:
    """CRIT-1: Samoa had no 30 December 2011; the days beside it meet."""
    moments = ["2011-12-30T09:59:59Z", "2011-12-30T10:00:00Z"]
    days = {}
    for day in ("2011-12-29", "2011-12-30", "2011-12-31"):
        criteria = Criteria((Condition(1, "Created_Time", Operator.EQUALS, (day,)),), "1")
        days[day] = Judge(criteria, {"Created_Time": Kind.DATETIME}, APIA).rows(
            [{"Created_Time": at} for at in moments]
        )
    assert days == {"2011-12-29": [True, False], "2011-12-30": [False, False], "2011-12-31": [False, True]}


@pytest.mark.parametrize(
    ("value", "matches"),
    [
        ("2026-01-01T09:00:00", ["2026-01-01T08:00:00Z", "2026-01-01T09:00:00+01:00"]),
        ("2026-01-01T09:00:00Z", ["2026-01-01T09:00:00Z", "2026-01-01T10:00:00+01:00"]),
        ("2026-01-01T09:00", ["2026-01-01T08:00:00Z"]),
    ],
)
def test_a_moment_without_offset_is_in_the_zone_of_the_sync(value: str, matches: list[str]) -> None:
    """CRIT-1: date-times compare as instants."""
    criteria = Criteria((Condition(1, "Created_Time", Operator.EQUALS, (value,)),), "1")
    judge = Judge(criteria, {"Created_Time": Kind.DATETIME}, BERLIN)
    assert judge.rows([{"Created_Time": at} for at in matches]) == [True] * len(matches)
    assert judge.rows([{"Created_Time": "2026-01-01T08:00:01Z"}]) == [False]


@pytest.mark.parametrize(
    ("one", "other"),
    [("Straße", "STRASSE"), ("Ärzte", "a\u0308rzte"), ("ὈΔΥΣΣΕΎΣ", "Ὀδυσσεύς"), ("\u00a0IT\t", "it"), ("ﬁt", "FIT")],
)
def test_texts_that_are_the_same(one: str, other: str) -> None:
    """CRIT-1: trimmed, case-insensitive in every script, composed or not."""
    assert fold(one) == fold(other)


def test_all_conditions_that_cannot_be_judged_are_named_at_once() -> None:
    """CRIT-1: before any row is seen, with the close match and the next command."""
    criteria = Criteria(
        (
            Condition(1, "Departement", Operator.EQUALS, ("IT",)),
            Condition(2, "Experience_in_Years", Operator.CONTAINS, ("2",)),
            Condition(3, "Department", Operator.EQUALS, ("IT",)),
        ),
        default_pattern([1, 2, 3]),
    )
    with pytest.raises(ConfigError) as refused:
        Judge(criteria, KINDS, BERLIN)
    assert str(refused.value) == (
        "source.criteria: condition 1, Departement: there is no such field. Allowed: Department, Experience_in_Years,"
        " Year_Passed_Out. Did you mean 'Department'? condition 2, Experience_in_Years: 'contains' does not go with a"
        " number field. Allowed: equals, not_equals, is_empty, is_not_empty, in, not_in, less_than, less_equal,"
        " greater_than, greater_equal, between. Check with: contact-sync lint --online"
    )


def test_a_long_list_of_fields_is_cut() -> None:
    """CRIT-1: a module has hundreds of fields."""
    criteria = Criteria((Condition(1, "X", Operator.IS_EMPTY),), "1")
    with pytest.raises(ConfigError, match=r"Allowed: F10, .*, F24 and 25 more\. Check") as refused:
        Judge(criteria, {f"F{number}": Kind.TEXT for number in range(10, 50)}, BERLIN)
    assert "F25" not in str(refused.value)
