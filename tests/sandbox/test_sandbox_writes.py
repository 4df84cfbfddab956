"""Insert, update, upsert, delete: answers item by item."""

from typing import Any

import httpx
import pytest

from tests.sandbox.conftest import BOTH, Zoho

NEW = {"First_Name": "Rim", "Last_Name": "Halloran", "Email": "rim.halloran@post.example.net"}


def upsert(zoho: Zoho, *items: dict[str, Any], **more: Any) -> httpx.Response:
    return zoho.call("POST", "Candidates/upsert", json={"data": list(items), **more})


def test_upsert_inserts_then_updates(zoho: Zoho) -> None:
    """An unknown address is added, the same one in other letters updated, two in one batch one after the other."""
    check = {"duplicate_check_fields": ["Email"], "trigger": []}
    got = upsert(zoho, NEW, {**NEW, "Email": NEW["Email"].upper(), "City": "Bristol"}, **check)
    assert [item["action"] for item in got.json()["data"]] == ["insert", "update"]
    first = got.json()["data"][1]
    assert (first["code"], first["action"], first["duplicate_field"]) == ("SUCCESS", "update", "Email")
    assert first["details"]["Modified_Time"] == "2026-03-02T14:00:00+02:00"
    row = zoho.get(f"Candidates/{first['details']['id']}").json()["data"][0]
    assert (row["City"], row["Full_Name"], row["Updated_On"]) == (
        "Bristol",
        "Rim Halloran",
        "2026-03-02T14:00:00+02:00",
    )


def test_upsert_finds_planted_people(zoho: Zoho) -> None:
    """An address that the sandbox itself made is found again, that of a duplicate as its original."""
    twice = zoho.of_kind("duplicate_case")
    known = [row for row in zoho.kinds() if row["kind"] in ("plain", "plus_address", "international_address")][:97]
    got = upsert(zoho, *({"Email": row["email"], "Last_Name": "Moved"} for row in [*known, twice])).json()["data"]
    assert [item["details"]["id"] for item in got] == [*(row["id"] for row in known), twice["duplicate_of"]]
    assert {item["action"] for item in got} == {"update"}
    assert zoho.count() == 985


def test_upsert_leaves_the_status_alone(zoho: Zoho) -> None:
    """A candidate's status cannot be changed by upsert, but is taken at the first insert and by update."""
    first = upsert(zoho, {**NEW, "Candidate_Status": "New"}).json()["data"][0]["details"]["id"]
    upsert(zoho, {"id": first, "Candidate_Status": "Hired"})
    assert zoho.get(f"Candidates/{first}").json()["data"][0]["Candidate_Status"] == "New"
    assert zoho.call("PUT", f"Candidates/{first}", json={"data": [{"Candidate_Status": "Hired"}]}).status_code == 200
    assert zoho.get(f"Candidates/{first}").json()["data"][0]["Candidate_Status"] == "Hired"


@pytest.mark.parametrize(
    ("change", "code", "details"),
    [
        ({"Last_Name": ""}, "MANDATORY_NOT_FOUND", {"api_name": "Last_Name"}),
        ({"Email": "no-address"}, "INVALID_DATA", {"expected_data_type": "email", "api_name": "Email"}),
        (
            {"Experience_in_Years": "7"},
            "INVALID_DATA",
            {"expected_data_type": "integer", "api_name": "Experience_in_Years"},
        ),
        ({"Date_of_Birth": "1.2.1990"}, "INVALID_DATA", {"expected_data_type": "date", "api_name": "Date_of_Birth"}),
        ({"Email_Opt_Out": "yes"}, "INVALID_DATA", {"expected_data_type": "boolean", "api_name": "Email_Opt_Out"}),
        (
            {"Languages": "English"},
            "INVALID_DATA",
            {"expected_data_type": "multiselectpicklist", "api_name": "Languages"},
        ),
        (
            {"Expected_Salary": "much"},
            "INVALID_DATA",
            {"expected_data_type": "currency", "api_name": "Expected_Salary"},
        ),
        (
            {"Candidate_Owner": {"id": "1"}},
            "INVALID_DATA",
            {"expected_data_type": "ownerlookup", "api_name": "Candidate_Owner"},
        ),
        ({"Last_Name": "x" * 81}, "INVALID_DATA", {"maximum_length": 80, "api_name": "Last_Name"}),
        ({"id": "200001000009999999"}, "INVALID_DATA", {"api_name": "id"}),
    ],
)
def test_item_errors_in_a_mixed_batch(zoho: Zoho, change: dict[str, Any], code: str, details: dict[str, Any]) -> None:
    """A bad item is answered in its place with a 2xx status; the good ones around it are carried out."""
    good = [{**NEW, "Email": f"rim{number}@post.example.net"} for number in (1, 2)]
    got = upsert(zoho, good[0], {**NEW, **change}, good[1])
    first, bad, last = got.json()["data"]
    assert got.status_code == 200
    assert (bad["status"], bad["code"], bad["details"]) == ("error", code, details)
    assert [item["action"] for item in (first, last)] == ["insert", "insert"]
    assert zoho.count() == 987


@pytest.mark.parametrize("status", [200, 400])
def test_status_when_every_item_failed(zoho: Zoho, status: int) -> None:
    """The status of a wholly failed batch is a setting; the items come all the same."""
    zoho.control("POST", "settings", {"all_failed_status": status})
    got = upsert(zoho, {"First_Name": "Rim"})
    assert (got.status_code, got.json()["data"][0]["code"]) == (status, "MANDATORY_NOT_FOUND")


def test_insert(zoho: Zoho) -> None:
    """Insert is 201, and refuses an address that somebody has."""
    got = zoho.call("POST", "Candidates", json={"data": [NEW, NEW]})
    assert got.status_code == 201
    assert [item["code"] for item in got.json()["data"]] == ["SUCCESS", "DUPLICATE_DATA"]
    row = zoho.get(f"Candidates/{got.json()['data'][0]['details']['id']}").json()["data"][0]
    assert (row["Email"], row["Email_Opt_Out"], row["$approved"], row["$converted"]) == (
        NEW["Email"],
        False,
        True,
        False,
    )


def test_update(zoho: Zoho) -> None:
    """Update needs a known id and refuses another one's address; its own is fine."""
    mine, other = [row for row in zoho.kinds() if row["kind"] == "plain"][:2]
    items = [
        {"id": mine["id"], "Email": other["email"]},
        {"id": "7", "City": "Leeds"},
        {"id": mine["id"], "Email": mine["email"], "City": "Leeds", "Full_Name": "Nobody", "Nonsense": 1},
    ]
    got = zoho.call("PUT", "Candidates", json={"data": items})
    assert [item["code"] for item in got.json()["data"]] == ["DUPLICATE_DATA", "INVALID_DATA", "SUCCESS"]
    assert zoho.control("GET", "calls")[-1]["ignored_fields"] == ["Full_Name", "Nonsense"]
    assert zoho.get(f"Candidates/{mine['id']}").json()["data"][0]["City"] == "Leeds"


def test_delete(zoho: Zoho) -> None:
    """Deleted records leave the listing for the recycle bin; deleting them again is an item error."""
    ids = [row["id"] for row in zoho.kinds()][:3]
    assert {
        item["code"] for item in zoho.call("DELETE", "Candidates", params={"ids": ",".join(ids)}).json()["data"]
    } == {"SUCCESS"}
    again = zoho.call("DELETE", f"Candidates/{ids[0]}").json()["data"][0]
    assert (again["code"], again["message"]) == ("INVALID_DATA", "record not deleted")
    binned = zoho.all("Candidates/deleted", type="recycle", since="2026-03-02T12:00:00Z")
    assert sorted(row["id"] for row in binned) == ids
    assert not set(ids) & {row["id"] for row in zoho.all(**BOTH)}


@pytest.mark.parametrize(
    ("body", "api_name"),
    [
        ({"data": [NEW] * 101}, "data"),
        ({"data": []}, "data"),
        ({"data": "x"}, "data"),
        ({"date": [NEW]}, "data"),
        ({"data": [NEW], "duplicate_check_fields": ["City"]}, "duplicate_check_fields"),
        ({"data": [NEW], "triggers": []}, "triggers"),
    ],
)
def test_wrong_bodies(zoho: Zoho, body: dict[str, Any], api_name: str) -> None:
    """A body of the wrong shape is refused whole and nothing is written."""
    got = zoho.call("POST", "Candidates/upsert", json=body)
    assert (got.status_code, got.json()["details"]["api_name"]) == (400, api_name)
    assert zoho.count() == 985


def test_body_that_is_no_json(zoho: Zoho) -> None:
    """A body that is not JSON is INVALID_DATA."""
    assert zoho.call("POST", "Candidates/upsert", content=b"{").json()["code"] == "INVALID_DATA"
