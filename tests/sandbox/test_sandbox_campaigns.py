"""Recruit's Campaigns module, the members of campaigns, and the book of what was written."""

from typing import Any

import httpx
import pytest

from tests.sandbox.conftest import Zoho

MAIL = {"Campaign_Name": "Summer letter", "Type": "Email", "Status": "Complete", "Start_Date": "2026-03-01"}


def campaign(zoho: Zoho) -> str:
    return str(zoho.kinds("Campaigns")[0]["id"])


def members(zoho: Zoho, of: str) -> dict[str, str]:
    return {row["id"]: row["status"] for row in zoho.control("GET", f"members?campaign={of}")}


def put(zoho: Zoho, path: str, *data: dict[str, Any]) -> httpx.Response:
    return zoho.call("PUT", path, json={"data": list(data)})


def test_campaigns_are_listed_and_described(every: Zoho) -> None:
    """A dozen campaigns with name, type and status; one by one too; bulk read does not know them."""
    rows = every.all("Campaigns", fields="Campaign_Name,Type,Status")
    assert len({row["Campaign_Name"] for row in rows}) == len(rows) == 12
    described = {each["api_name"]: each for each in every.get("settings/fields", module="Campaigns").json()["fields"]}
    for name in ("Type", "Status"):
        assert {row[name] for row in rows} <= {each["actual_value"] for each in described[name]["pick_list_values"]}
    assert described["Campaign_Name"]["system_mandatory"]
    assert every.get(f"Campaigns/{rows[0]['id']}").json()["data"][0]["Campaign_Name"] == rows[0]["Campaign_Name"]
    assert every.bulk("POST", json={"query": {"module": "Campaigns"}}).status_code == 400


@pytest.mark.parametrize(("switch", "status"), [("refused", 400), ("accepted", 201)])
def test_campaigns_are_made_by_upsert(every: Zoho, switch: str, status: int) -> None:
    """Insert of a campaign is in no page of Recruit's: a switch; upsert makes one and finds it again by its name."""
    every.settings(campaign_insert=switch)
    assert every.call("POST", "Campaigns", json={"data": [{**MAIL, "Campaign_Name": "Other"}]}).status_code == status
    got = every.call("POST", "Campaigns/upsert", json={"data": [MAIL, {**MAIL, "Status": "Active"}]}).json()["data"]
    assert [(item["action"], item["duplicate_field"]) for item in got] == [
        ("insert", None),
        ("update", "Campaign_Name"),
    ]
    row = every.get(f"Campaigns/{got[0]['details']['id']}").json()["data"][0]
    assert {name: row[name] for name in MAIL} == {**MAIL, "Status": "Active"}
    nameless = every.call("POST", "Campaigns/upsert", json={"data": [{"Type": "Email"}]}).json()["data"][0]
    assert (nameless["code"], nameless["details"]) == ("MANDATORY_NOT_FOUND", {"api_name": "Campaign_Name"})


@pytest.mark.parametrize(
    ("settings", "status", "code"),
    [
        ({"denied_modules": ["Campaigns"]}, 403, "NO_PERMISSION"),
        ({"missing_scopes": ["modules.campaign"]}, 401, "OAUTH_SCOPE_MISMATCH"),
        ({"hidden_modules": ["Campaigns"]}, 400, "INVALID_MODULE"),
    ],
)
def test_campaigns_without_permission(every: Zoho, settings: dict[str, Any], status: int, code: str) -> None:
    """Reading, making and the members: each is refused in the same way."""
    one = campaign(every)
    every.settings(campaign_members="works", **settings)
    for got in (
        every.get("Campaigns"),
        every.get(f"Campaigns/{one}/Candidates"),
        every.call("POST", "Campaigns/upsert", json={"data": [MAIL]}),
        put(every, f"Campaigns/{one}/Candidates", {"id": "1", "Member_Status": "Opened"}),
    ):
        assert (got.status_code, got.json()["code"]) == (status, code)
    assert every.get("Candidates").status_code == 200


@pytest.mark.parametrize("module", ["Candidates", "Contacts"])
def test_members_are_read(every: Zoho, module: str) -> None:
    """The members of a campaign are records of their module; their status shows only where the call is set to work."""
    one = campaign(every)
    wanted = {
        row["id"]: row["status"] for row in every.control("GET", f"members?campaign={one}") if row["module"] == module
    }
    assert len(wanted) > 5
    rows = every.all(f"Campaigns/{one}/{module}", fields="Email", per_page=4)
    assert {row["id"] for row in rows} == set(wanted)
    assert set(rows[0]) == {"id", "Email"}
    every.settings(campaign_members="works")
    assert {row["id"]: row["Member_Status"] for row in every.all(f"Campaigns/{one}/{module}", fields="Email")} == wanted
    some = min(wanted)
    assert [row["id"] for row in every.all(f"Campaigns/{one}/{module}", ids=some)] == [some]
    every.control("POST", f"records/{module}/delete", {"ids": [some]})
    assert some not in {row["id"] for row in every.all(f"Campaigns/{one}/{module}")}
    assert every.get(f"Campaigns/{one}/Venues").json()["details"]["api_name"] == "related_list"
    assert every.get(f"Campaigns/{int(one) + 1}/{module}").status_code == 204


@pytest.mark.parametrize(
    ("switch", "status", "code"), [("unknown", 404, "INVALID_URL_PATTERN"), ("denied", 403, "NO_PERMISSION")]
)
def test_the_unconfirmed_call_is_refused(every: Zoho, switch: str, status: int, code: str) -> None:
    """Unless it is set to work the call is an unknown address, or denied, and nobody's status changes."""
    assert every.control("GET", "settings")["campaign_members"] == "unknown"
    every.settings(campaign_members=switch)
    one = campaign(every)
    before = members(every, one)
    some = min(before)
    for path, item in ((f"Campaigns/{one}/Candidates", {"id": some}), (f"Campaigns/{one}/Candidates/{some}", {})):
        got = put(every, path, {**item, "Member_Status": "Clicked"})
        assert (got.status_code, got.json()["code"]) == (status, code)
    assert members(every, one) == before


def test_member_status(every: Zoho) -> None:
    """Set to work: up to a hundred by their ids or one by the path, an answer for each in its place."""
    every.settings(campaign_members="works")
    one = campaign(every)
    known = min(row["id"] for row in every.control("GET", f"members?campaign={one}") if row["module"] == "Candidates")
    new = next(row["id"] for row in every.kinds() if row["id"] not in members(every, one))
    got = put(
        every,
        f"Campaigns/{one}/Candidates",
        {"id": known, "Member_Status": "Opened"},
        {"id": "7", "Member_Status": "Opened"},
        {"id": new, "Member_Status": "Clicked"},
        {"id": known},
    )
    assert [(item["code"], item["message"]) for item in got.json()["data"]] == [
        ("SUCCESS", "relation updated"),
        ("INVALID_DATA", "the id given seems to be invalid"),
        ("SUCCESS", "relation added"),
        ("MANDATORY_NOT_FOUND", "required field not found"),
    ]
    assert put(every, f"Campaigns/{one}/Candidates/{new}", {"Member_Status": "Bounced"}).status_code == 200
    told = {row["id"]: row for row in every.control("GET", "members")}
    assert {each: (told[each]["status"], told[each]["by"]) for each in (known, new)} == {
        known: ("Opened", "api"),
        new: ("Bounced", "api"),
    }
    booked = every.control("GET", "written/Candidates")
    assert booked["calls"] == {"member": 2}
    assert [write["values"]["Member_Status"] for row in booked["records"] for write in row["writes"]] == [
        "Opened",
        "Clicked",
        "Bounced",
    ]
    assert every.control("GET", "credits")["by_kind"]["write"] == 2
    wrong = put(every, f"Campaigns/{int(one) + 1}/Candidates", {"id": known, "Member_Status": "Opened"})
    assert (wrong.status_code, wrong.json()["details"]) == (400, {"api_name": "id"})


def test_member_statuses_may_be_a_list(every: Zoho) -> None:
    """By switch only some statuses are taken; item faults meet the call too."""
    every.settings(campaign_members="works", member_statuses=["Sent", "Opened"])
    path, some = f"Campaigns/{campaign(every)}/Contacts", every.kinds("Contacts")[0]["id"]
    every.control("POST", "item_faults", {"code": "CANNOT_BE_UPDATED", "action": "member", "id": some})
    given = [{"id": some, "Member_Status": each} for each in ("Opened", "Opened", "Clicked")]
    assert [item["code"] for item in put(every, path, *given).json()["data"]] == [
        "CANNOT_BE_UPDATED",
        "SUCCESS",
        "INVALID_DATA",
    ]


def test_members_by_control(every: Zoho) -> None:
    """A test puts members into any campaign, also one that a client has just made."""
    made = every.call("POST", "Campaigns/upsert", json={"data": [MAIL]}).json()["data"][0]["details"]["id"]
    assert members(every, made) == {}
    ids = [row["id"] for row in every.kinds("Contacts")[:2]]
    every.control("POST", "members", {"campaign": made, "module": "Contacts", "ids": ids, "status": "Sent"})
    assert members(every, made) == dict.fromkeys(ids, "Sent")
    assert {row["id"] for row in every.all(f"Campaigns/{made}/Contacts")} == set(ids)
    every.control("POST", "members", {"campaign": made, "ids": ["7"]}, status=404)
    refused = every.control("POST", "members", {"campaign": made, "module": "Venues", "ids": []}, status=400)
    assert "Candidates, Contacts" in refused["message"]


def test_the_book_of_what_was_written(every: Zoho) -> None:
    """Each effect in order with the values that were stored, the record as it is now, refused items by code; edits of
    the control routes are not in it.
    """
    row = every.of_kind("plain", "Contacts")
    every.control("POST", "records/Contacts", {"edits": [{"id": row["id"], "Mailing_City": "Leeds"}]})
    new = {"Last_Name": "Orr", "Email": "orr@b.example.com"}
    items = [new, {"id": row["id"], "Department": "Sales", "Full_Name": "X"}, {"Email": "none", "Last_Name": "B"}]
    made = every.call("POST", "Contacts/upsert", json={"data": items}).json()["data"][0]["details"]["id"]
    every.call("PUT", "Contacts", json={"data": [{"id": made, "Department": "Legal"}]})
    every.call("DELETE", f"Contacts/{made}")
    told = every.control("GET", "written/Contacts")
    assert (told["calls"], told["failed"]) == ({"upsert": 1, "update": 1, "delete": 1}, {"INVALID_DATA": 1})
    old, added = told["records"]
    assert (old["id"], old["added"], old["live"]) == (row["id"], False, True)
    assert (old["record"]["Department"], old["record"]["Mailing_City"]) == ("Sales", "Leeds")
    assert [(write["n"], write["asked"], write["did"], write["values"]) for write in old["writes"]] == [
        (2, "upsert", "update", {"Department": "Sales"})
    ]
    assert (added["id"], added["added"], added["live"], added["record"]) == (made, True, False, None)
    assert [(write["asked"], write["did"]) for write in added["writes"]] == [
        ("upsert", "insert"),
        ("update", "update"),
        ("delete", "delete"),
    ]
    assert added["writes"][0]["values"] == new
    log = [call for call in every.control("GET", "calls") if call["method"] != "GET"][-3:]
    assert [(call["written"], call.get("failed"), call["rows"]) for call in log] == [
        ({"insert": 1, "update": 1}, {"INVALID_DATA": 1}, 3),
        ({"update": 1}, None, 1),
        ({"delete": 1}, None, 1),
    ]
    every.control("POST", "reset")
    assert every.control("GET", "written/Contacts") == {"calls": {}, "failed": {}, "records": []}


def test_all_records_of_a_module(every: Zoho) -> None:
    """Without ids the control route shows every live record, deleted ones not."""
    every.control("POST", "records/Venues/delete", {"ids": [every.kinds("Venues")[0]["id"]]})
    assert [row["id"] for row in every.control("GET", "records/Venues")] == [row["id"] for row in every.kinds("Venues")]
