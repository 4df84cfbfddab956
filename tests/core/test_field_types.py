"""Every data type of Recruit and every shape of Creator, as each type of contact field: what arrives, or why not."""

from typing import Any

import pytest

from contact_sync.core.date_style import DateStyle
from contact_sync.core.field_types import USUAL_TYPES, is_known, usual_type
from contact_sync.core.mapping import convert_column
from contact_sync.core.mapping_types import FIELD_TYPES
from contact_sync.zoho.creator_values import described, usable_row
from tests.zoho.creator_support import ADMIN_ZONE

WHOLE, NUMBER, BOOLEAN = "not a whole number", "not a number", "not true or false"
DAY, MOMENT = "not a date such as 2026-11-20", "not a date-time with a zone such as 2026-11-20T09:15:00+01:00"
MANY = "more than one value"
WRITTEN = "2026-11-20T09:15:00+01:00"


class Misfit(str):
    """The reason why a value does not fit."""


NO_WHOLE, NO_NUMBER, NO_BOOLEAN = Misfit(WHOLE), Misfit(NUMBER), Misfit(BOOLEAN)
NO_DAY, NO_MOMENT, TOO_MANY = Misfit(DAY), Misfit(MOMENT), Misfit(MANY)


def words(text: str) -> dict[str, Any]:
    """What becomes of a text that means nothing else."""
    return dict(zip(FIELD_TYPES, (text, NO_WHOLE, NO_NUMBER, NO_BOOLEAN, NO_DAY, NO_MOMENT, [text]), strict=True))


def several(*parts: str) -> dict[str, Any]:
    """What becomes of a list of more than one element."""
    alone = dict.fromkeys(("integer", "number", "boolean", "date", "datetime"), TOO_MANY)
    return {"text": ", ".join(parts), **alone, "list": list(parts)}


def number(text: str, whole: Any, value: float) -> dict[str, Any]:
    """What becomes of a number."""
    return {**words(text), "integer": whole, "number": value}


SUBFORM = [{"id": "2", "Company": "Zylker", "Work_Duration": {"from": "01-2020"}}]
SUBFORM_TEXT = '[{"id":"2","Company":"Zylker","Work_Duration":{"from":"01-2020"}}]'
FILES = [{"file_Name": "cv.pdf", "file_Size": "12"}]

# data type of the metadata (reference A.6; the CRM's for what Recruit's list leaves open), a value, what it becomes
RECRUIT: list[tuple[str, Any, dict[str, Any]]] = [
    ("text", " Zylker ", words("Zylker")),
    ("textarea", "one\ntwo", words("one\ntwo")),
    ("email", "Ann@Zylker.example", words("Ann@Zylker.example")),
    ("phone", "+49 731 555", words("+49 731 555")),
    ("website", "https://zylker.example", words("https://zylker.example")),
    ("url", "https://zylker.example", words("https://zylker.example")),
    ("picklist", "Qualified", words("Qualified")),
    ("picklist", "2015", number("2015", 2015, 2015)),
    ("autonumber", "ZR_17_CAND", words("ZR_17_CAND")),
    ("lookup", {"name": "Zylker", "id": "7"}, words("Zylker")),
    ("ownerlookup", {"name": "Jo Berg", "id": "9", "email": "jo@zylker.example"}, words("Jo Berg")),
    ("userlookup", {"name": "Jo Berg", "id": "9"}, words("Jo Berg")),
    ("subform", SUBFORM, words(SUBFORM_TEXT)),
    ("fullname", "Ann Voss", words("Ann Voss")),
    ("address", "Ulm, Germany", words("Ulm, Germany")),
    ("formula", "12.50", number("12.50", NO_WHOLE, 12.5)),
    ("fileupload", FILES, words('[{"file_Name":"cv.pdf","file_Size":"12"}]')),
    ("imageupload", FILES, words('[{"file_Name":"cv.pdf","file_Size":"12"}]')),
    ("profileimage", "a1b2c3", words("a1b2c3")),
    ("integer", 7, number("7", 7, 7)),
    ("bigint", "9007199254740993", number("9007199254740993", 9007199254740993, 9007199254740993)),
    ("double", 2.5, number("2.5", NO_WHOLE, 2.5)),
    ("decimal", 3.0, number("3", 3, 3.0)),
    ("currency", 50000.75, number("50000.75", NO_WHOLE, 50000.75)),
    ("percent", 80, number("80", 80, 80)),
    ("boolean", True, {**words("true"), "boolean": True}),
    ("boolean", False, {**words("false"), "boolean": False}),
    ("date", "2026-11-20", {**words("2026-11-20"), "date": "2026-11-20"}),
    ("datetime", WRITTEN, {**words(WRITTEN), "date": "2026-11-20", "datetime": "2026-11-20T08:15:00+00:00"}),
    ("multiselectpicklist", ["Java", "Go"], several("Java", "Go")),
    ("multiselectpicklist", ["Java"], words("Java")),
    ("multiselectlookup", [{"name": "A", "id": "1"}, {"name": "B", "id": "2"}], several("A", "B")),
    ("multiuserlookup", [{"name": "Jo", "id": "1"}, {"name": "Al", "id": "2"}], several("Jo", "Al")),
    ("hologram", {"depth": 2}, words('{"depth":2}')),
]
CASES = [
    pytest.param(value, field_type, becomes[field_type], id=f"MAP-7 {data_type} {number} as {field_type}")
    for number, (data_type, value, becomes) in enumerate(RECRUIT)
    for field_type in FIELD_TYPES
]


def check(value: Any, field_type: str, becomes: Any) -> None:
    """MAP-6, MAP-7: the value, or the reason why there is none."""
    column = convert_column([None, value], field_type)
    if isinstance(becomes, Misfit):
        assert (column.values, column.misfits) == ([None, None], {1: str(becomes)})
    else:
        assert (column.values, column.misfits) == ([None, becomes], {})
        assert type(column.values[1]) is type(becomes)


@pytest.mark.parametrize(("value", "field_type", "becomes"), CASES)
def test_every_type_of_recruit_as_every_contact_field(value: Any, field_type: str, becomes: Any) -> None:
    """MAP-6, MAP-7: in usable form, or lost with its reason; never a Python literal."""
    check(value, field_type, becomes)


def test_no_type_is_left_out() -> None:
    """MAP-7: the table above has every data type that is known, and one that is not."""
    named = {data_type for data_type, _, _ in RECRUIT}
    assert named - {"hologram"} == set(USUAL_TYPES)


@pytest.mark.parametrize("line", [line for line in RECRUIT if line[0] != "formula"], ids=lambda line: line[0])
def test_the_usual_contact_field_takes_a_value_whole(line: tuple[str, Any, dict[str, Any]]) -> None:
    """MAP-5, MAP-7: what `fields` advises never loses a value; an unknown type is text (SRC-10)."""
    data_type, _, becomes = line
    assert not isinstance(becomes[usual_type(data_type)], Misfit)
    assert is_known(data_type) == (data_type != "hologram")


STYLE = DateStyle("dd-MMM-yyyy HH:mm:ss", ADMIN_ZONE)
ZONED = "2024-05-06T07:08:09-07:00"
LENA = {"first_name": "Lena", "last_name": "Voss", "zc_display_value": "Lena Voss"}
HOME = {"district_city": "Ulm", "country": "Germany", "zc_display_value": "Ulm, Germany"}
SALES, NEWS = {"ID": "3", "zc_display_value": "Sales"}, {"ID": "4", "zc_display_value": "News"}
LINK = {"value": "Site", "url": "https://zylker.example", "title": ""}

# shape of a value in a report (reference B.2), the field that is mapped, how the report is described, what it becomes
CREATOR: list[tuple[str, Any, str, str, dict[str, Any]]] = [
    ("text", "Zylker", "F", "text", words("Zylker")),
    ("number as text", "7", "F", "integer", number("7", 7, 7)),
    ("decimal as text", "2.50", "F", "double", number("2.50", NO_WHOLE, 2.5)),
    ("decision box", "true", "F", "boolean", {**words("true"), "boolean": True}),
    ("e-mail", "lena@example.org", "F", "email", words("lena@example.org")),
    ("name", LENA, "F", "fullname", words("Lena Voss")),
    ("first name", LENA, "F.first_name", "text", words("Lena")),
    ("last name", LENA, "F.last_name", "text", words("Voss")),
    ("address", HOME, "F", "address", words("Ulm, Germany")),
    ("part of an address", HOME, "F.country", "text", words("Germany")),
    ("lookup", SALES, "F", "lookup", words("Sales")),
    ("multi-lookup", [SALES, NEWS], "F", "multiselectlookup", several("Sales", "News")),
    ("multi-select", ["a", "b"], "F", "multiselectpicklist", several("a", "b")),
    ("web address", LINK, "F", "website", words("https://zylker.example")),
    ("date-time", "06-May-2024 07:08:09", "F", "datetime",
     {**words(ZONED), "date": "2024-05-06", "datetime": "2024-05-06T14:08:09+00:00"}),
    ("date", "06-May-2024", "F", "date", {**words("2024-05-06"), "date": "2024-05-06"}),
]  # fmt: skip


@pytest.mark.parametrize("field_type", FIELD_TYPES)
@pytest.mark.parametrize("line", CREATOR, ids=lambda line: f"MAP-7 {line[0]}")
def test_every_shape_of_creator_as_every_contact_field(line: Any, field_type: str) -> None:
    """MAP-6, MAP-7: the same for the values of reports, in the words of the same types."""
    _, value, field, _, becomes = line
    check(usable_row({"ID": "1", "F": value}, STYLE)[field], field_type, becomes[field_type])


@pytest.mark.parametrize("line", CREATOR, ids=lambda line: f"MAP-5 {line[0]}")
def test_shapes_of_creator_are_told_in_known_types(line: Any) -> None:
    """MAP-5: what `fields` lists of a report."""
    _, value, field, data_type, _ = line
    told = {each["api_name"]: each["data_type"] for each in described([{"ID": "1", "F": value}], STYLE)}
    assert (told[field], is_known(told[field])) == (data_type, True)
