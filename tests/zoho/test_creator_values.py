"""Values of Creator in usable form, and what the fields of a report are."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from contact_sync.core.date_style import DateStyle
from contact_sync.core.values import usable
from contact_sync.zoho.creator_values import described, name_fields, usable_row

STYLE = DateStyle("dd-MMM-yyyy", ZoneInfo("Europe/Berlin"))
NAME = {"prefix": "Dr.", "first_name": "Lena", "last_name": "Voss", "suffix": "", "zc_display_value": "Dr. Lena Voss"}


@pytest.mark.parametrize(
    ("value", "made"),
    [
        ("", ""),
        ("Sales", "Sales"),
        ("06-May-2024 07:08:09", "2024-05-06T07:08:09+02:00"),
        ({"ID": "300", "zc_display_value": "Sales"}, "Sales"),
        ({"ID": "300", "Dept": "Sales", "zc_display_value": "Sales north"}, "Sales north"),
        ({"ID": "300", "zc_display_value": ""}, None),
        ({}, None),
        ([], []),
        (["a", "06-May-2024"], ["a", "2024-05-06"]),
        ([{"ID": "1", "zc_display_value": "Python"}, {"ID": "2", "zc_display_value": ""}], ["Python", None]),
        ([{"ID": "1", "zc_display_value": {"Item": "Desk", "Count": "2"}}], ["Desk 2"]),
        ({"value": "Site", "url": "https://work.example.org"}, "https://work.example.org"),
        ({"value": "Site", "url": ""}, None),
        ({"x": "1"}, {"x": "1"}),
        (None, None),
        (7, 7),
    ],
)
def test_shapes_of_v2_1(value: Any, made: Any) -> None:
    """MAP-7: lookups, lists of them, sub-forms, web addresses, dates; what is unknown stays as it is."""
    assert usable_row({"ID": "1", "Field": value}, STYLE)["Field"] == made


def test_a_composite_gives_its_text_and_its_parts() -> None:
    """MAP-7, MAP-1: people read the display value; first and last name are fields of their own."""
    row = usable_row({"ID": "9", "Name": NAME, "Dept": {"ID": "3", "zc_display_value": "Sales"}}, STYLE)
    assert row == {
        "id": "9",
        "ID": "9",
        "Name": "Dr. Lena Voss",
        "Name.prefix": "Dr.",
        "Name.first_name": "Lena",
        "Name.last_name": "Voss",
        "Name.suffix": None,
        "Dept": "Sales",
    }
    assert all(value is None or isinstance(value, str) for value in map(usable, row.values()))


def test_times_get_the_names_that_the_stages_know() -> None:
    """SRC-11: Added_Time is also Created_Time; a change time without seconds is read late, another field's is not."""
    style = DateStyle("dd-MMM-yyyy HH:mm", ZoneInfo("UTC"))
    text = "06-May-2024 07:08"
    row = usable_row({"ID": "1", "Added_Time": text, "Modified_Time": text}, style)
    assert row["Created_Time"] == row["Added_Time"] == "2024-05-06T07:08:00+00:00"
    assert row["Modified_Time"] == "2024-05-06T07:08:59+00:00"


@pytest.mark.parametrize(
    ("name", "values", "data_type"),
    [
        ("Mail", ["a@example.org", "", "broken", "b@example.org"], "email"),
        ("Notes", ["write to a@example.org", "b@example.org", "-"], "text"),
        ("Added_User", ["a@example.org", "b@example.org"], "text"),
        ("Half", ["a@example.org", "nobody"], "text"),
        ("Count", ["3", "", "-4"], "integer"),
        ("Price", ["3", "4.50"], "double"),
        ("Phone", ["+49 555 1", "3"], "text"),
        ("Long", ["12345678901234567890"], "text"),
        ("ID", ["300002000000045011"], "text"),
        ("Agreed", ["true", "false", ""], "boolean"),
        ("Born", ["06-May-2024", ""], "date"),
        ("Met", ["06-May-2024 07:08:09"], "datetime"),
        ("Met", ["06-May-2024 07:08:09", "soon"], "text"),
        ("Empty", ["", [], None, {}], "text"),
        ("Mixed", ["a", ["b"]], "text"),
        ("Tags", [[], ["a"]], "multiselectpicklist"),
        ("Skills", [[{"ID": "1", "zc_display_value": "a"}]], "multiselectlookup"),
        ("Dept", [{"ID": "1", "zc_display_value": "a"}, ""], "lookup"),
        ("Home", [{"city": "Kiel", "zc_display_value": "Kiel"}], "address"),
        ("Site", [{"value": "x", "url": "https://x.example.org"}], "website"),
    ],
)
def test_a_field_is_what_its_values_look_like(name: str, values: list[Any], data_type: str) -> None:
    """MAP-5, SRC-10: types in Recruit's words; what is not known is text."""
    fields = {each["api_name"]: each["data_type"] for each in described([{name: each} for each in values], STYLE)}
    assert fields[name] == data_type


@pytest.mark.parametrize(
    ("row", "names"),
    [
        ({"Name": NAME}, ("Name.first_name", "Name.last_name")),
        ({"Name": NAME, "Partner": NAME}, (None, None)),
        ({"First_Name": "a", "Last_Name": "b"}, ("First_Name", "Last_Name")),
        ({"Last_Name": "b"}, (None, "Last_Name")),
        ({"Full_Name": "a b"}, (None, None)),
    ],
    ids=["one name", "two names", "plain fields", "last only", "none"],
)
def test_the_name_field_if_there_is_one(row: dict[str, Any], names: tuple[str | None, str | None]) -> None:
    """MAP-1: the only composite name, else fields that are called so, else nothing."""
    assert name_fields(described([row], STYLE)) == names
