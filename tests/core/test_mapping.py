"""MAP-2, MAP-6, MAP-7: source values as typed contact fields; what does not fit loses that field only."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contact_sync.core.mapping import CONVERTERS, convert_column
from contact_sync.core.mapping_types import FIELD_TYPES

TOO_LARGE = "larger than 9223372036854775807"
MOMENT = "not a date-time with a zone such as 2026-11-20T09:15:00+01:00"
DAY = "not a date such as 2026-11-20"


def test_every_declared_type_has_a_converter() -> None:
    """MAP-2: the types that a mapping may name are the types that can be converted."""
    assert set(CONVERTERS) == set(FIELD_TYPES)


@pytest.mark.parametrize(
    ("field_type", "value", "expected"),
    [
        ("text", " Anna ", "Anna"),
        ("text", 5, "5"),
        ("text", 2.5, "2.5"),
        pytest.param("text", 10**5000, "1" + "0" * 5000, id="text of thousands of digits"),
        pytest.param("text", [{"Pay": -(10**5000)}], '[{"Pay":"-1' + "0" * 5000 + '"}]', id="sub-form of such"),
        ("text", True, "true"),
        ("text", {"name": "Jo", "id": "1"}, "Jo"),
        ("text", ["Java", {"name": "Go", "id": "2"}], "Java, Go"),
        ("text", [{"Company": "Zylker"}], '[{"Company":"Zylker"}]'),
        ("integer", 5, 5),
        ("integer", "5", 5),
        ("integer", " -12 ", -12),
        ("integer", "5.0", 5),
        ("integer", 5.0, 5),
        ("integer", ["7"], 7),
        ("number", 5, 5),
        ("number", 5.25, 5.25),
        ("number", "5.25", 5.25),
        ("number", "1e3", 1000.0),
        ("number", "-.5", -0.5),
        ("number", "9223372036854775807", 9223372036854775807),
        ("boolean", True, True),
        ("boolean", "False", False),
        ("boolean", "yes", True),
        ("boolean", 0, False),
        ("boolean", 1.0, True),
        ("date", "2026-11-20", "2026-11-20"),
        ("date", "2026-11-20T23:30:00+02:00", "2026-11-20"),
        ("datetime", "2026-11-20T09:15:00+02:00", "2026-11-20T07:15:00+00:00"),
        ("datetime", "2026-11-20T09:15:00Z", "2026-11-20T09:15:00+00:00"),
        ("list", ["Java", "Go"], ["Java", "Go"]),
        ("list", [{"name": "A", "id": "1"}], ["A"]),
        ("list", [1, True], ["1", "true"]),
        ("list", "Java", ["Java"]),
        pytest.param("list", [10**5000], ["1" + "0" * 5000], id="list of thousands of digits"),
    ],
)
def test_values_that_fit(field_type: str, value: Any, expected: Any) -> None:
    """MAP-7: in the form of the contact field."""
    column = convert_column([value, None], field_type)
    assert column.values == [expected, None]
    assert type(column.values[0]) is type(expected)
    assert column.misfits == {}


@pytest.mark.parametrize(
    ("field_type", "value", "reason"),
    [
        ("integer", "five", "not a whole number"),
        ("integer", "5.5", "not a whole number"),
        ("integer", 5.5, "not a whole number"),
        ("integer", "1,000", "not a whole number"),
        ("integer", "٥", "not a whole number"),
        ("integer", True, "not a whole number"),
        ("integer", "", None),
        ("integer", "9223372036854775808", TOO_LARGE),
        ("integer", 1e300, TOO_LARGE),
        ("integer", [1, 2], "more than one value"),
        ("number", "1.000,50", "not a number"),
        ("number", "NaN", "not a number"),
        ("number", float("nan"), "not a number"),
        ("number", float("inf"), "not a number"),
        ("number", "1e999", "not a number"),
        ("number", "9" * 5000, TOO_LARGE),
        ("integer", "9" * 30, TOO_LARGE),
        ("number", False, "not a number"),
        ("number", 2**63, TOO_LARGE),
        pytest.param("number", 10**400, TOO_LARGE, id="number beyond every float"),
        pytest.param("number", -(10**5000), TOO_LARGE, id="number of thousands of digits"),
        pytest.param("integer", 10**5000, TOO_LARGE, id="integer of thousands of digits"),
        ("boolean", "maybe", "not true or false"),
        ("boolean", 2, "not true or false"),
        pytest.param("boolean", 10**5000, "not true or false", id="boolean of thousands of digits"),
        ("date", "20.11.2026", DAY),
        ("date", "2026-02-30", DAY),
        ("date", "20261120", DAY),
        ("date", 20261120, DAY),
        ("datetime", "2026-11-20T09:15:00", MOMENT),
        ("datetime", "2026-11-20", MOMENT),
        ("datetime", "2026-11-20T25:00:00Z", MOMENT),
        ("datetime", "0001-01-01T00:00:00+14:00", MOMENT),
        ("date", ["2026-11-20", "2026-11-21"], "more than one value"),
    ],
)
def test_values_that_do_not_fit(field_type: str, value: Any, reason: str | None) -> None:
    """MAP-6: the field is lost and the reason kept; the neighbours are untouched. Empty is no misfit."""
    column = convert_column([value], field_type)
    assert column.misfits == ({} if reason is None else {0: reason})
    assert reason is None or column.values == [None]


@given(
    st.sampled_from(FIELD_TYPES),
    st.lists(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats()
        | st.text(max_size=8)
        | st.datetimes(timezones=st.timezones()).map(lambda moment: moment.isoformat())
        | st.decimals(allow_nan=False, allow_infinity=False).map(str)
        | st.lists(st.text(max_size=4) | st.integers(), max_size=3),
        max_size=8,
    ),
)
def test_laws_of_conversion(field_type: str, values: list[Any]) -> None:
    """MAP-6, MAP-7: strict JSON comes out, a misfit has no value, and a converted value converts to itself."""
    column = convert_column(values, field_type)
    json.dumps(column.values, allow_nan=False)
    assert len(column.values) == len(values)
    assert all(column.values[at] is None and values[at] is not None for at in column.misfits)
    again = convert_column(column.values, field_type)
    assert (again.values, again.misfits) == (column.values, {})
