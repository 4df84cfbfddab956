"""Several records with one address, unique fields, and what the duplicate check of an upsert knows."""

from typing import Any

import pytest

from tests.sandbox.conftest import Zoho

NEW = {"Last_Name": "Orr", "Email": "orr@fresh.example.com"}


def items(zoho: Zoho, path: str, *data: dict[str, Any], method: str = "POST", **more: Any) -> list[dict[str, Any]]:
    answers: list[dict[str, Any]] = zoho.call(method, path, json={"data": list(data), **more}).json()["data"]
    return answers


def twins(zoho: Zoho, module: str = "Contacts") -> list[str]:
    """Two records with one address; the first was changed last."""
    records = [{**NEW, "Modified_Time": f"2026-03-0{2 - each}T10:00:00+00:00"} for each in (0, 1)]
    ids: list[str] = zoho.control("POST", f"records/{module}/add", {"records": records})["ids"]
    return ids


@pytest.mark.parametrize(("which", "place"), [("first", 0), ("latest", 1)])
def test_upsert_of_several(every: Zoho, which: str, place: int) -> None:
    """Of several records with one address the first or the one changed last is updated, by switch; the others stay."""
    ids = twins(every)
    every.control("POST", "records/Contacts", {"edits": [{"id": ids[1]}]})
    every.settings(upsert_of_several=which, unique_fields={"Contacts": []})
    got = items(every, "Contacts/upsert", {**NEW, "Department": "Sales"})[0]
    assert (got["action"], got["details"]["id"], got["duplicate_field"]) == ("update", ids[place], "Email")
    told = {row["id"]: row["Department"] for row in every.control("GET", f"records/Contacts?ids={','.join(ids)}")}
    assert told == {ids[place]: "Sales", ids[1 - place]: None}


def test_upsert_of_several_refused(every: Zoho) -> None:
    """By switch such an item is refused, and naming one record by its id still works."""
    ids = twins(every)
    every.settings(upsert_of_several="refused")
    got = items(every, "Contacts/upsert", NEW, {"id": ids[1], "Last_Name": "Other"})
    assert [item["code"] for item in got] == ["DUPLICATE_DATA", "SUCCESS"]
    assert (got[1]["action"], got[1]["details"]["id"]) == ("update", ids[1])


def test_an_address_may_be_given_twice_by_switch(every: Zoho) -> None:
    """Where e-mail is not unique, insert and update take an address that somebody has; an upsert still finds it."""
    assert items(every, "Contacts", NEW, NEW)[1]["code"] == "DUPLICATE_DATA"
    every.settings(unique_fields={"Contacts": []})
    assert items(every, "Contacts", NEW)[0]["code"] == "SUCCESS"
    assert len(every.get("Contacts/search", email=NEW["Email"]).json()["data"]) == 2
    assert items(every, "Contacts/upsert", NEW)[0]["action"] == "update"


def test_a_value_that_stays_is_not_looked_at(every: Zoho) -> None:
    """One of several with one address can be updated with that same address, not with another one's."""
    ids, other = twins(every), every.of_kind("plain", "Contacts")
    got = items(
        every, "Contacts", {"id": ids[1], **NEW}, {"id": ids[1], "Email": other["email"]}, method="PUT"
    ) + items(every, "Contacts/upsert", {"id": ids[1], "Email": other["email"]})
    assert [item["code"] for item in got] == ["SUCCESS", "DUPLICATE_DATA", "DUPLICATE_DATA"]


@pytest.mark.parametrize(("field", "actions"), [("Website", ["insert", "update"]), (None, ["insert", "insert"])])
def test_field_of_upsert_is_a_setting(every: Zoho, field: str | None, actions: list[str]) -> None:
    """Which field an upsert looks up is not established but for candidates: another one, or none."""
    every.settings(upsert_field={"Clients": field})
    one = {"Client_Name": "Fresh Ltd", "Website": "https://fresh.example.com"}
    got = items(every, "Clients/upsert", one, one)
    assert [item["action"] for item in got] == actions
    made = got[0]["details"]["id"]
    every.control("POST", "records/Clients", {"edits": [{"id": made, "Website": "https://moved.example.com"}]})
    assert items(every, "Clients/upsert", {**one, "Website": "https://moved.example.com"})[0]["action"] == actions[1]
    assert items(every, "Clients/upsert", {**one, "Website": "https://fresh.example.com"})[0]["action"] == "insert"
    wrong = every.call("POST", "Clients/upsert", json={"data": [one], "duplicate_check_fields": ["Client_Name"]})
    assert (wrong.status_code, wrong.json()["details"]["api_name"]) == (400, "duplicate_check_fields")


def test_unique_fields_of_the_user(every: Zoho) -> None:
    """A field declared unique is described so, refuses a second record with its value, and may be named in upsert."""
    every.settings(unique_fields={"Alumni": ["Email"]})
    described = {
        each["api_name"]: each["unique"] for each in every.get("settings/fields", module="Alumni").json()["fields"]
    }
    assert (described["Email"], described["Phone"]) == ({"casesensitive": False}, {})
    row = every.of_kind("plain", "Alumni")
    assert items(every, "Alumni", {"Name": "New One", "Email": row["email"].upper()})[0]["code"] == "DUPLICATE_DATA"
    named = {"Name": "New One", "Email": row["email"], "Title": "Dr."}
    got = items(every, "Alumni/upsert", named, duplicate_check_fields=["Email"])[0]
    assert (got["details"]["id"], got["duplicate_field"]) == (row["id"], "Email")
    assert items(every, "Alumni/upsert", {"Name": "New One"})[0]["details"]["id"] == row["id"]


def test_named_field_goes_first(every: Zoho) -> None:
    """A unique field that is named is looked up before the others; the system's only if named, or if none is."""
    every.settings(unique_fields={"Candidates": ["Email", "Mobile"]})
    one, two = [row for row in every.kinds() if row["kind"] == "plain"][:2]
    every.control("POST", "records/Candidates", {"edits": [{"id": two["id"], "Mobile": "+1 2"}]})
    both = {"Email": one["email"], "Mobile": "+1 2", "Last_Name": "A"}
    got = items(every, "Candidates/upsert", {"Mobile": "+1 2", "Last_Name": "A"}, duplicate_check_fields=["Mobile"])
    assert (got[0]["details"]["id"], got[0]["duplicate_field"]) == (two["id"], "Mobile")
    every.settings(unique_fields={"Candidates": ["Mobile"]})
    for named, found in ((["Mobile"], two), (["Email"], one), ([], one)):
        got = items(every, "Candidates/upsert", both, duplicate_check_fields=named)
        assert got[0]["code"] == ("SUCCESS" if found is two else "DUPLICATE_DATA"), named
    every.control("POST", "records/Candidates", {"edits": [{"id": two["id"], "Email": two["email"]}]})
    every.settings(unique_fields={"Candidates": ["Email", "Mobile"]})
    # Found by one unique field, with the value that another record has in the other one.
    assert items(every, "Candidates/upsert", both, duplicate_check_fields=["Mobile"])[0]["code"] == "DUPLICATE_DATA"


@pytest.mark.parametrize(("lag", "actions"), [(0, ["insert", "update"]), (60, ["insert", "insert"])])
def test_lag_of_the_duplicate_check(zoho: Zoho, lag: int, actions: list[str]) -> None:
    """By switch the duplicate check does not know a record that was just added: a second one is made, as long as the
    lag lasts; a record that was there before is found.
    """
    zoho.settings(upsert_lag_seconds=lag)
    assert [items(zoho, "Candidates/upsert", NEW)[0]["action"] for _ in range(2)] == actions
    known = zoho.of_kind("plain")
    assert items(zoho, "Candidates/upsert", {"Email": known["email"], "Last_Name": "B"})[0]["action"] == "update"
    zoho.control("POST", "clock", {"advance_seconds": 60})
    assert items(zoho, "Candidates/upsert", NEW)[0]["action"] == "update"


@pytest.mark.parametrize("way", [{"email": NEW["Email"]}, {"criteria": f"(Email:equals:{NEW['Email']})"}])
def test_lag_of_the_search(zoho: Zoho, way: dict[str, str]) -> None:
    """A record just written is not found by its address until the lag is over, while upsert finds it at once."""
    zoho.settings(search_lag_seconds=90)
    items(zoho, "Candidates/upsert", NEW)
    assert zoho.get("Candidates/search", **way).status_code == 204
    assert items(zoho, "Candidates/upsert", NEW)[0]["action"] == "update"
    zoho.control("POST", "clock", {"advance_seconds": 90})
    assert [row["Email"] for row in zoho.get("Candidates/search", **way).json()["data"]] == [NEW["Email"]]


@pytest.mark.parametrize(("hides", "found"), [("changed", 204), ("added", 200)])
def test_what_the_lag_of_the_search_hides(zoho: Zoho, hides: str, found: int) -> None:
    """By switch a record that was there before stays found when it is changed; a new one is hidden in any case."""
    zoho.settings(search_lag_seconds=90, search_lag_hides=hides)
    known = zoho.of_kind("plain")
    items(zoho, "Candidates/upsert", NEW, {"id": known["id"], "City": "Leeds"})
    assert zoho.get("Candidates/search", email=known["email"]).status_code == found
    assert zoho.get("Candidates/search", email=NEW["Email"]).status_code == 204


def test_search_of_many_addresses(zoho: Zoho) -> None:
    """``in`` finds a hundred addresses at once; ``email`` by switch finds nobody, as it is said to have done."""
    known = [row["email"] for row in zoho.kinds() if row["kind"] == "plain"][:100]
    found = zoho.get("Candidates/search", criteria=f"(Email:in:{','.join(known)})", fields="Email").json()["data"]
    assert {row["Email"] for row in found} >= set(known)
    assert zoho.get("Candidates/search", email=known[0].upper()).status_code == 200
    zoho.settings(search_by_email="finds_nothing")
    assert zoho.get("Candidates/search", email=known[0]).status_code == 204
    assert zoho.get("Candidates/search", criteria=f"(Email:equals:{known[0]})").status_code == 200


@pytest.mark.parametrize("told", ["field", "id", "record"])
def test_what_a_duplicate_tells(zoho: Zoho, told: str) -> None:
    """The clashing record is not told of, or by its id, or in the shape of the sibling product."""
    zoho.settings(duplicate_told=told)
    row = zoho.of_kind("plain")
    details = items(zoho, "Candidates", {"Email": row["email"], "Last_Name": "B"})[0]["details"]
    assert details.pop("api_name") == "Email"
    assert details.get("id") == (row["id"] if told == "id" else None)
    assert details.get("duplicate_record", {}).get("id") == (row["id"] if told == "record" else None)
