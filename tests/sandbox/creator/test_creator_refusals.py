"""What the sandbox's Creator refuses, and the switches behind it."""

from datetime import timedelta
from typing import Any

import pytest

from tests.sandbox.creator.conftest import ANCHOR, DESK, Creator

HERE = {"application": "talent-desk", "report": "All_Applicants"}


def test_a_token_is_needed_and_expires(creator: Creator) -> None:
    """401 with 1030, in Creator's own shape; the token is the accounts server's."""
    creator.http.post("/_sandbox/token/expire")
    answer = creator.get()
    assert (answer.status_code, answer.json()["code"], list(answer.json())) == (401, 1030, ["code", "description"])
    assert creator.http.get(f"/creator/v2.1/data/{DESK}").json()["code"] == 1030


def test_names_that_are_not_there(creator: Creator) -> None:
    """URL, owner, application, report: each with its own code."""
    assert creator.refused("zylker/talent-desk/reports") == (404, 1000)
    assert creator.refused("somebody/talent-desk/report/All_Applicants") == (404, 1040)
    assert creator.refused("zylker/talentdesk/report/All_Applicants") == (404, 2892)
    assert creator.refused("zylker/talent-desk/report/Applicants") == (404, 2894)


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"max_records": 300}, 1060),
        ({"field_config": "long_view"}, 1060),
        ({"field_config": "custom"}, 1000),
        ({"field_config": "custom", "fields": "Emial"}, 1060),
        ({"fields": "Email"}, 1060),
    ],
)
def test_wrong_parameters_are_401(creator: Creator, params: dict[str, Any], code: int) -> None:
    """With 1000 for a missing and 1060 for a wrong one."""
    assert creator.refused(**params) == (401, code)


def test_an_unknown_parameter_is_the_sandboxs_own_refusal(creator: Creator) -> None:
    """Loud, with the close match."""
    answer = creator.get(max_record=200)
    assert answer.json()["code"] == "SANDBOX_UNKNOWN_PARAMETER"
    assert "max_records" in answer.json()["message"]


@pytest.mark.parametrize("code", [1030, 1040, 1060, 1130, 2892, 2893, 2894, 2898, 2933, 2945, 4000, 3100, 9280])
def test_any_code_can_be_switched_on(creator: Creator, code: int) -> None:
    """For a report or a whole application, with its usual status or another, until switched off."""
    for body in (HERE, {"application": "talent-desk"}):
        creator.control("/refuse", {**body, "code": code})
        status, told = creator.refused()
        assert (told, status in (401, 403, 404, 429)) == (code, True)
        creator.control("/refuse", {**body, "code": code, "status": 200})
        assert creator.refused() == (200, code)
        creator.control("/refuse", {**body, "code": None})
        assert creator.get().status_code == 200
    creator.control("/refuse", {**HERE, "code": 7}, status=400)
    creator.control("/refuse", {**HERE, "code": code, "status": 42}, status=400)


def test_fifty_calls_a_minute_per_report(creator: Creator) -> None:
    """The fifty-first is a 429; another report still answers; a minute later this one does again."""
    assert {creator.get().status_code for _ in range(50)} == {200}
    assert creator.get().status_code == 429
    assert creator.get("zylker/alumni-circle/report/All_Alumni").status_code == 200
    creator.state.clock.set(ANCHOR + timedelta(seconds=61))
    assert creator.get().status_code == 200
    creator.control("/switches", {"per_minute": None})
    assert {creator.get().status_code for _ in range(60)} == {200}


def test_the_daily_limit_follows_the_super_admins_calendar(creator: Creator) -> None:
    """At 12:00 UTC it is 04:00 in Los Angeles: the day ends 20 hours later, not at midnight in UTC."""
    creator.http.post("/_sandbox/settings", json={"token_seconds": 200_000})
    creator.token = creator.new_token()
    creator.control("/switches", {"daily_limit": 2})
    assert [creator.get().status_code for _ in range(3)] == [200, 200, 429]
    assert creator.refused() == (429, 4000)
    creator.state.clock.set(ANCHOR + timedelta(hours=19, minutes=59))
    assert creator.refused() == (429, 4000)
    creator.control("/switches", {"limit_status": 200})
    assert creator.refused() == (200, 4000)
    creator.state.clock.set(ANCHOR + timedelta(hours=20))
    assert creator.get().status_code == 200
    assert creator.control()["calls_of_day"] == {"2026-03-02": 2, "2026-03-03": 1}


def test_switches_are_checked(creator: Creator) -> None:
    """A wrong name or value is a 400 that says what is allowed and changes nothing."""
    for wrong in ({"per_minutes": 3}, {"per_minute": -1}, {"limit_status": 500}, {"admin_zone": "Mars"}, {"owner": ""}):
        creator.control("/switches", wrong, status=400)
    assert creator.control()["switches"]["per_minute"] == 50
    creator.control("/switches", {"owner": "zylker-two", "scope_missing": True})
    assert creator.refused("zylker-two/talent-desk/report/All_Applicants") == (401, 2945)


def test_renaming_makes_the_old_name_unknown(creator: Creator) -> None:
    """First the report, then the application; the new names answer."""
    creator.control("/rename", {**HERE, "to": "Applicants_2026"})
    assert creator.refused() == (404, 2894)
    assert creator.get("zylker/talent-desk/report/Applicants_2026").status_code == 200
    creator.control("/rename", {"application": "talent-desk", "to": "hiring"})
    assert creator.refused() == (404, 2892)
    assert creator.get("zylker/hiring/report/Applicants_2026").status_code == 200
    creator.control("/rename", {"application": "hiring", "to": "alumni-circle"}, status=400)


def test_a_hidden_field_is_neither_shown_nor_asked_for(creator: Creator) -> None:
    """Modified_Time leaves the report, the criteria and the custom fields, and comes back."""
    creator.control("/show", {**HERE, "hide": ["Modified_Time"]})
    assert "Modified_Time" not in creator.get(field_config="all").json()["data"][0]
    assert creator.refused(criteria="Modified_Time > '01-Jan-2026'") == (401, 1060)
    assert creator.refused(field_config="custom", fields="Modified_Time") == (401, 1060)
    creator.control("/show", {**HERE, "show": ["Modified_Time"]})
    assert "Modified_Time" in creator.get(field_config="all").json()["data"][0]
    creator.control("/show", {**HERE, "hide": ["Nothing"]}, status=400)
    creator.control("/show", {**HERE, "hide": "Modified_Time"}, status=400)


def test_rows_can_be_edited_added_and_deleted(creator: Creator) -> None:
    """Edits are changed now unless they say when; wrong values change nothing."""
    rows = "/rows/talent-desk/All_Applicants"
    key = creator.get().json()["data"][0]["ID"]
    edit = {"ID": key, "Email": "new@example.org", "Department": "Legal", "Available_From": "2026-05-06"}
    creator.control(rows, {"edits": [edit]})
    row = creator.get(field_config="all", criteria=f"ID == {key}").json()["data"][0]
    assert (row["Email"], row["Department"]["zc_display_value"]) == ("new@example.org", "Legal")
    assert (row["Available_From"], row["Modified_Time"]) == ("06-May-2026", "02-Mar-2026 13:00:00")
    name = {"first_name": "Ann", "last_name": "Lee"}
    added = {"Name": name, "Modified_Time": "2026-01-05T10:00:00+01:00"}
    (new,) = creator.control(f"{rows}/add", {"records": [added]})["ids"]
    made = creator.get(criteria=f"ID == {new}").json()["data"][0]
    assert (made["Name"]["zc_display_value"], made["Modified_Time"]) == ("Ann Lee", "05-Jan-2026 10:00:00")
    creator.control(f"{rows}/delete", {"ids": [new]})
    assert creator.refused(criteria=f"ID == {new}") == (404, 3100)
    for wrong in ({"ID": "1"}, {"ID": key, "Emial": "x"}, {"ID": key, "Newsletter": "yes"}, {"ID": key, "Email": 3}):
        creator.control(rows, {"edits": [{"ID": key, "Email": "lost@example.org"}, wrong]}, status=400)
    assert creator.get(criteria=f"ID == {key}").json()["data"][0]["Email"] == "new@example.org"


def test_faults_and_the_call_log_are_the_sandboxs_own(creator: Creator) -> None:
    """A cursor can be lost, a gateway can fail; every call is logged without its token."""
    creator.http.post("/_sandbox/faults", json={"kind": "early_more_records_false", "path": "/creator/"})
    assert "record_cursor" not in creator.get().headers
    assert "record_cursor" in creator.get().headers
    creator.http.post("/_sandbox/faults", json={"kind": "status", "status": 502, "path": "/creator/"})
    assert creator.get().status_code == 502
    calls = [call for call in creator.http.get("/_sandbox/calls").json() if "/creator/" in call["path"]]
    assert [(call["status"], call["rows"]) for call in calls] == [(200, 200), (200, 200), (502, None)]
    assert creator.token not in str(calls)


def test_other_formats_and_environments_are_refused(creator: Creator) -> None:
    """The sandbox answers JSON of production only, and says so."""
    headers = {"Authorization": f"Zoho-oauthtoken {creator.token}"}
    for more in ({"accept": "text/csv"}, {"environment": "development"}):
        answer = creator.http.get(f"/creator/v2.1/data/{DESK}", headers={**headers, **more})
        assert answer.status_code == 400
        assert "sandbox" in answer.json()["description"]
