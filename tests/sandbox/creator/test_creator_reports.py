"""Reading a report of the sandbox's Creator: pages, fields, shapes of values, criteria."""

import re
from collections import Counter
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from include.sandbox.data.kinds import RATES
from include.sandbox.server import Sandbox
from tests.sandbox.creator.conftest import ALUMNI, Creator

GERMAN = re.compile(r"\d\d-(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)-\d{4} \d\d:\d\d:\d\d")


def test_pages_follow_the_cursor_to_its_end(creator: Creator) -> None:
    """The header carries on while rows are left, is absent on the last page, and no row comes twice."""
    first = creator.get(max_records=500)
    second = creator.get(max_records=500, cursor=first.headers["record_cursor"])
    third = creator.get(max_records=500, cursor=second.headers["record_cursor"])
    assert [len(each.json()["data"]) for each in (first, second, third)] == [500, 500, 182]
    assert "record_cursor" not in third.headers
    ids = [row["ID"] for each in (first, second, third) for row in each.json()["data"]]
    assert (
        len(set(ids)) == 1182 == creator.control()["applications"]["talent-desk"]["reports"]["All_Applicants"]["rows"]
    )
    assert [row["ID"] for row in creator.rows(max_records=200)] == ids
    assert first.json()["code"] == 3000


def test_a_deleted_row_shifts_nobody_out_of_a_page(creator: Creator) -> None:
    """A cursor stands after an id, not after a number of rows."""
    first = creator.get()
    seen = [row["ID"] for row in first.json()["data"]]
    creator.control("/rows/talent-desk/All_Applicants/delete", {"ids": seen[:50]})
    second = creator.get(cursor=first.headers["record_cursor"]).json()["data"]
    left = [row["ID"] for row in creator.rows()]
    assert second[0]["ID"] == next(each for each in left if int(each) > int(seen[-1]))


def test_a_cursor_belongs_to_its_question(creator: Creator) -> None:
    """Another size, another criteria or an invented key are refused."""
    cursor = creator.get(max_records=200).headers["record_cursor"]
    for key, params in ((cursor, {"max_records": 500}), (cursor, {"criteria": "ID > 1"}), ("nonsense", {})):
        answer = creator.get(cursor=key, **params)
        assert (answer.status_code, answer.json()["code"]) == (401, 1060)


def test_field_configurations(creator: Creator) -> None:
    """quick_view shows some fields, detail_view and all every one, custom exactly the named ones; each has the ID."""
    everything = ["ID", *overview(creator)["fields"]]
    assert list(creator.get().json()["data"][0]) == ["ID", "Name", "Email", "Department", "Modified_Time"]
    assert list(creator.get(field_config="detail_view").json()["data"][0]) == everything
    assert list(creator.get(field_config="all").json()["data"][0]) == everything
    custom = creator.get(field_config="custom", fields="Email,ID,Position").json()["data"][0]
    assert list(custom) == ["ID", "Email", "Position"]


def test_values_have_the_shapes_of_v2_1(creator: Creator) -> None:
    """Composites and lookups are maps with a display value, multi lookups lists of maps, the rest is text."""
    rows = creator.rows(field_config="all", max_records=1000)
    one = next(row for row in rows if row["Skills"] and row["Languages"] and row["Portfolio"] and row["Name"]["prefix"])
    name = one["Name"]
    assert name["zc_display_value"] == f"{name['prefix']} {name['first_name']} {name['last_name']}"
    assert set(one["Department"]) == {"ID", "zc_display_value"}
    assert all(set(skill) == {"ID", "zc_display_value"} for skill in one["Skills"])
    assert all(isinstance(language, str) for language in one["Languages"])
    assert set(one["Home_Address"]) == {"address_line_1", "city", "country", "zc_display_value"}
    assert one["Portfolio"]["url"].startswith("https://")
    texts = ("ID", "Years_of_Experience", "Newsletter", "Added_Time", "Modified_Time")
    assert all(isinstance(row[name], str) and row[name] for row in rows for name in texts)
    assert {row["Newsletter"] for row in rows} == {"true", "false"}
    empty = next(row for row in rows if not row["Portfolio"])
    assert empty["Portfolio"] == ""
    assert [] in [row["Skills"] for row in rows]
    assert {"", (("zc_display_value", ""),)} <= {
        tuple(pair for pair in row["Department"].items() if pair[0] != "ID") if row["Department"] else ""
        for row in rows
        if not row["Department"] or not row["Department"]["zc_display_value"]
    }


def test_times_are_written_in_the_applications_own_way(creator: Creator) -> None:
    """talent-desk writes 06-May-2024 07:08:09 in Berlin's time, alumni-circle 05/06/2024 07:08:09 AM in New York's."""
    truth = {each["id"]: datetime.fromisoformat(each["modified"]) for each in kinds(creator)}
    rows = creator.rows()
    assert all(GERMAN.fullmatch(row["Modified_Time"]) for row in rows)
    for row in rows[:100]:
        local = truth[row["ID"]].astimezone(ZoneInfo("Europe/Berlin")).replace(tzinfo=None)
        assert datetime.strptime(row["Modified_Time"], "%d-%b-%Y %H:%M:%S") == local  # noqa: DTZ007 - as written
    there = {
        each["id"]: datetime.fromisoformat(each["modified"]) for each in kinds(creator, "alumni-circle/All_Alumni")
    }
    for row in creator.rows(ALUMNI):
        local = there[row["ID"]].astimezone(ZoneInfo("America/New_York")).replace(tzinfo=None)
        assert datetime.strptime(row["Modified_Time"], "%m/%d/%Y %I:%M:%S %p") == local  # noqa: DTZ007


def test_the_style_of_an_application_can_be_changed(creator: Creator, server: Sandbox) -> None:
    """Formats in Java's letters and another zone; an unknown letter or zone is refused."""
    style = {
        "application": "talent-desk",
        "date_format": "d. MMMM yy",
        "time_format": "h:mm a",
        "timezone": "Asia/Tokyo",
    }
    before = creator.rows()[0]["Modified_Time"]
    creator.control("/style", style)
    assert re.fullmatch(r"\d{1,2}\. [A-Z][a-z]+ 2\d \d{1,2}:\d\d [AP]M", creator.rows()[0]["Modified_Time"])
    creator.control("/style", {"application": "talent-desk", "date_format": "QQ"}, status=400)
    creator.control("/style", {"application": "talent-desk", "timezone": "Mars/Phobos"}, status=400)
    creator.http.post("/_sandbox/reset", json={})
    assert Creator(server, creator.http).rows()[0]["Modified_Time"] == before


@pytest.mark.parametrize(
    ("criteria", "test"),
    [
        ('Department == "Sales"', lambda row: display(row["Department"]) == "Sales"),
        ('Department != "Sales"', lambda row: display(row["Department"]) != "Sales"),
        (
            'Department == "Sales" && Years_of_Experience >= 10 || Position.contains("Engineer")',
            lambda row: (
                (display(row["Department"]) == "Sales" and int(row["Years_of_Experience"]) >= 10)
                or "Engineer" in row["Position"]
            ),
        ),
        (
            'Department == "Sales" && (Years_of_Experience >= 10 || Position.startsWith("Data"))',
            lambda row: (
                display(row["Department"]) == "Sales"
                and (int(row["Years_of_Experience"]) >= 10 or row["Position"].startswith("Data"))
            ),
        ),
        ("!(Years_of_Experience < 5)", lambda row: int(row["Years_of_Experience"]) >= 5),
        ('Languages == "Deutsch"', lambda row: "Deutsch" in row["Languages"]),
        ('Languages != "Deutsch"', lambda row: "Deutsch" not in row["Languages"]),
        ('Skills == "SQL"', lambda row: "SQL" in [display(each) for each in row["Skills"]]),
        ("Newsletter == false", lambda row: row["Newsletter"] == "false"),
        ("Position.endsWith('Lead')", lambda row: row["Position"].endswith("Lead")),
        (
            "Modified_Time >= '20-Feb-2026 00:00:00' && Modified_Time < '25-Feb-2026'",
            lambda row: datetime(2026, 2, 20) <= written(row["Modified_Time"]) < datetime(2026, 2, 25),  # noqa: DTZ001
        ),
    ],
)
def test_criteria(creator: Creator, criteria: str, test: Any) -> None:
    """Operators, functions, joiners and date literals in the application's format choose what they say."""
    every = creator.rows(field_config="all", max_records=1000)
    expected = [row["ID"] for row in every if test(row)]
    assert 0 < len(expected) < len(every)
    assert [row["ID"] for row in creator.rows(criteria=criteria, max_records=1000)] == expected


@pytest.mark.parametrize(
    "criteria",
    [
        'Nothing == "x"',
        "Department == ",
        "Department ~ 'x'",
        '(Department == "Sales"',
        'Department == "Sales" and Position == "x"',
        "Modified_Time > '2026-02-20'",
        "Years_of_Experience > 'many'",
        'Position.matches("x")',
        "Languages > 'a'",
    ],
)
def test_a_wrong_criteria_is_refused(creator: Creator, criteria: str) -> None:
    """Loud, with the column."""
    answer = creator.get(criteria=criteria)
    assert (answer.status_code, answer.json()["code"]) == (401, 1060)
    assert "column" in answer.json()["description"]


def test_nothing_found_is_404_with_3100(creator: Creator) -> None:
    """For a criteria that fits nobody and for an empty report alike."""
    assert creator.refused(criteria="Years_of_Experience > 99") == (404, 3100)
    assert creator.refused("zylker/talent-desk/report/Nobody_Yet") == (404, 3100)


def test_the_awkward_people_are_there_at_their_rates(creator: Creator) -> None:
    """Every kind that makes sense in Creator, at the sandbox's own rate; duplicates repeat their original's address."""
    truth = kinds(creator)
    counts = Counter(each["kind"] for each in truth)
    for kind in (
        "empty_email",
        "white_space_email",
        "invalid_pattern",
        "misspelt_domain",
        "role_address",
        "emoji_name",
    ):
        assert counts[kind] == RATES[kind] * 6
    assert not {"converted", "deleted_recycle", "unapproved"} & set(counts)
    mails = {each["id"]: each["emails"]["Email"] for each in truth}
    copies = [each for each in truth if each["duplicate_of"]]
    assert len(copies) >= 30
    for each in copies:
        assert each["emails"]["Email"].strip().lower() == mails[each["duplicate_of"]].lower()
    rows = {row["ID"]: row for row in creator.rows(field_config="all", max_records=1000)}
    nul = next(each["id"] for each in truth if each["kind"] == "nul_byte")
    half = next(each["id"] for each in truth if each["kind"] == "lone_surrogate")
    assert "\x00" in rows[nul]["Name"]["first_name"]
    assert rows[half]["Name"]["last_name"].endswith("\ud83d")
    assert mails == {key: row["Email"] or (None if mails[key] is None else "") for key, row in rows.items()}


def test_the_alumni_have_two_addresses_and_the_guests_none(creator: Creator) -> None:
    """What a client that looks for the one e-mail field must stumble over."""
    alumni = creator.rows(ALUMNI)
    assert sum("@" in row["Email"] and "@" in row["Work_Email"] for row in alumni) > 50
    assert not [row for row in creator.rows("zylker/alumni-circle/report/Guest_List") if "@" in str(row)]


def overview(creator: Creator) -> dict[str, Any]:
    report: dict[str, Any] = creator.control()["applications"]["talent-desk"]["reports"]["All_Applicants"]
    return report


def display(value: Any) -> str:
    return str(value["zc_display_value"]) if value else ""


def written(text: str) -> datetime:
    return datetime.strptime(text, "%d-%b-%Y %H:%M:%S")  # noqa: DTZ007 - the application's own zone


def kinds(creator: Creator, where: str = "talent-desk/All_Applicants") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = creator.control(f"/kinds/{where}")
    return found
