"""What goes wrong with single items of a write, with whole batches, and with the right to write."""

from typing import Any

import httpx
import pytest

from tests.sandbox.conftest import Zoho

PEOPLE: list[dict[str, Any]] = [{"Last_Name": "Orr", "Email": f"orr{number}@b.example.com"} for number in range(4)]


def upsert(zoho: Zoho, *data: dict[str, Any], module: str = "Candidates") -> httpx.Response:
    return zoho.call("POST", f"{module}/upsert", json={"data": list(data)})


def codes(answer: httpx.Response) -> list[str]:
    return [item["code"] for item in answer.json()["data"]]


def plan(zoho: Zoho, **keys: Any) -> None:
    zoho.control("POST", "item_faults", keys)


def test_a_transient_error_of_one_item(zoho: Zoho) -> None:
    """The item is refused once, in its place, and the others are written; sent again it is taken."""
    plan(zoho, code="RECORD_LOCKED", field="Email", value=PEOPLE[1]["Email"].upper())
    first = upsert(zoho, *PEOPLE)
    assert (first.status_code, codes(first)) == (200, ["SUCCESS", "RECORD_LOCKED", "SUCCESS", "SUCCESS"])
    assert first.json()["data"][1] == {
        "code": "RECORD_LOCKED",
        "details": {"api_name": "Email"},
        "message": "the record is locked",
        "status": "error",
    }
    assert [item["action"] for item in upsert(zoho, *PEOPLE[:2]).json()["data"]] == ["update", "insert"]
    told = zoho.control("GET", "written/Candidates")
    assert (told["calls"], told["failed"]) == ({"upsert": 2}, {"RECORD_LOCKED": 1})
    assert len(told["records"]) == 4


def test_no_permission_for_one_record(zoho: Zoho) -> None:
    """A record that may not be written is refused for good, however it is found, until the fault is taken back."""
    mine, other = [row for row in zoho.kinds() if row["kind"] == "plain"][:2]
    plan(zoho, code="NO_PERMISSION", id=mine["id"], times=None, message="permission denied")
    by_address = {"Email": mine["email"], "Last_Name": "A"}
    by_id = {"id": mine["id"], "City": "Leeds"}
    for _ in range(2):
        assert codes(upsert(zoho, by_address, {"Email": other["email"], "Last_Name": "B"})) == [
            "NO_PERMISSION",
            "SUCCESS",
        ]
    assert codes(zoho.call("PUT", "Candidates", json={"data": [by_id]})) == ["NO_PERMISSION"]
    assert codes(zoho.call("DELETE", f"Candidates/{mine['id']}")) == ["NO_PERMISSION"]
    zoho.control("DELETE", "item_faults")
    assert codes(upsert(zoho, by_address)) == ["SUCCESS"]


def test_a_stored_value_names_a_record_too(zoho: Zoho) -> None:
    """An item that names a record by its id alone is met by the address that is stored of it."""
    row = zoho.of_kind("plain")
    plan(zoho, code="NOT_APPROVED", field="Email", value=row["email"], action="update")
    items = {"data": [{"id": row["id"], "City": "Leeds"}]}
    assert codes(zoho.call("PUT", "Candidates", json=items)) == ["NOT_APPROVED"]
    assert codes(zoho.call("PUT", "Candidates", json=items)) == ["SUCCESS"]


def test_an_item_that_is_written_and_answered_as_an_error(zoho: Zoho) -> None:
    """The effect takes place and the client is told it failed."""
    plan(zoho, code="INTERNAL_ERROR", after=True)
    assert codes(upsert(zoho, *PEOPLE[:2])) == ["INTERNAL_ERROR", "SUCCESS"]
    assert len(zoho.control("GET", "written/Candidates")["records"]) == 2
    call = zoho.control("GET", "calls")[-1]
    assert (call["written"], call["failed"], call["rows"]) == ({"insert": 2}, {"INTERNAL_ERROR": 1}, 2)


def test_a_batch_that_is_refused_whole(zoho: Zoho) -> None:
    """A batch that holds the item is refused and nothing of it is written; halving it finds the item."""
    plan(zoho, code="INVALID_DATA", field="Email", value=PEOPLE[2]["Email"], whole=True, times=None)
    taken: list[dict[str, Any]] = []
    calls = 0

    def send(batch: list[dict[str, Any]]) -> None:
        nonlocal calls
        calls += 1
        got = upsert(zoho, *batch)
        if got.status_code == 200:
            taken.extend(batch)
            return
        assert (got.status_code, got.json()["code"], got.json()["details"]) == (
            400,
            "INVALID_DATA",
            {"api_name": "Email"},
        )
        if len(batch) > 1:
            send(batch[: len(batch) // 2])
            send(batch[len(batch) // 2 :])

    send(PEOPLE)
    assert (calls, taken) == (5, [PEOPLE[0], PEOPLE[1], PEOPLE[3]])
    assert len(zoho.control("GET", "written/Candidates")["records"]) == 3
    plan(zoho, code="RECORD_LOCKED", field="Email", value=PEOPLE[0]["Email"])
    assert codes(upsert(zoho, *PEOPLE[:2])) == ["RECORD_LOCKED", "SUCCESS"]


def test_one_bad_item_refuses_the_batch_by_switch(zoho: Zoho) -> None:
    """A value of a wrong type spoils the whole call, which says whose field it is."""
    zoho.settings(bad_item="refuses_batch")
    got = upsert(zoho, PEOPLE[0], {**PEOPLE[1], "Experience_in_Years": "many"})
    assert (got.status_code, got.json()["code"]) == (400, "INVALID_DATA")
    assert got.json()["details"] == {"expected_data_type": "integer", "api_name": "Experience_in_Years"}
    assert zoho.control("GET", "written/Candidates")["records"] == []
    assert codes(upsert(zoho, PEOPLE[0])) == ["SUCCESS"]


@pytest.mark.parametrize(
    ("settings", "status", "code", "others"),
    [
        ({"denied_writes": ["Contacts"]}, 403, "NO_PERMISSION", 200),
        ({"denied_writes": ["*"]}, 403, "NO_PERMISSION", 403),
        ({"missing_scopes": ["modules.write"]}, 401, "OAUTH_SCOPE_MISMATCH", 401),
    ],
)
def test_who_may_only_read(every: Zoho, settings: dict[str, Any], status: int, code: str, others: int) -> None:
    """One module, or the whole account, may be read and not written; nothing is."""
    every.settings(**settings)
    row = every.of_kind("plain", "Contacts")
    for method, path in (
        ("POST", "Contacts"),
        ("POST", "Contacts/upsert"),
        ("PUT", "Contacts"),
        ("DELETE", "Contacts"),
    ):
        got = every.call(method, path, json={"data": [{"id": row["id"], "Last_Name": "A"}]})
        assert (got.status_code, got.json()["code"]) == (status, code), path
    assert every.get(f"Contacts/{row['id']}").status_code == 200
    assert upsert(every, PEOPLE[0]).status_code == others


def test_a_module_whose_every_item_is_refused(every: Zoho) -> None:
    """Item faults of a module meet all its items and no other module's."""
    plan(every, code="NO_PERMISSION", module="Contacts", times=None)
    assert codes(upsert(every, *PEOPLE[:2], module="Contacts")) == ["NO_PERMISSION"] * 2
    assert codes(upsert(every, PEOPLE[0])) == ["SUCCESS"]


def test_layout_makes_more_fields_mandatory(every: Zoho) -> None:
    """A field that the layout asks for is missing on insert, and cannot be blanked; an update may leave it out."""
    every.settings(layout_mandatory={"Contacts": ["Client_Name"]})
    client = every.kinds("Clients")[0]["id"]
    item = upsert(every, PEOPLE[0], module="Contacts").json()["data"][0]
    assert (item["code"], item["details"]) == ("MANDATORY_NOT_FOUND", {"api_name": "Client_Name"})
    whole = {**PEOPLE[0], "Client_Name": {"id": client}}
    again = {**PEOPLE[0], "Client_Name": None}
    assert codes(upsert(every, whole, PEOPLE[0], again, module="Contacts")) == [
        "SUCCESS",
        "SUCCESS",
        "MANDATORY_NOT_FOUND",
    ]


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ({"code": "RECORD_LOKED"}, "Did you mean 'RECORD_LOCKED'?"),
        ({}, "The code 'None' of an item fault is unknown"),
        ({"code": "NO_PERMISSION", "modul": "Contacts"}, "Did you mean 'module'?"),
        ({"code": "NO_PERMISSION", "module": "Contracts"}, "Did you mean 'Contacts'?"),
        ({"code": "NO_PERMISSION", "action": "merge"}, "insert, member, update, upsert"),
        ({"code": "NO_PERMISSION", "field": "Email"}, "field and value together"),
        ({"code": "NO_PERMISSION", "times": 0}, "from 1"),
        ({"code": "NO_PERMISSION", "id": 7}, "is a text"),
        ({"code": "NO_PERMISSION", "after": 1}, "true or false"),
        ({"code": "NO_PERMISSION", "after": True, "whole": True}, "not both"),
    ],
)
def test_wrong_item_faults(zoho: Zoho, keys: dict[str, Any], says: str) -> None:
    """An item fault that would never act is refused with what is allowed, and nothing is queued."""
    assert says in zoho.control("POST", "item_faults", keys, status=400)["message"]
    assert zoho.control("GET", "item_faults") == []


@pytest.mark.parametrize(("trigger", "noted"), [([], []), (None, ["workflow", "approval", "blueprint"])])
def test_what_an_administrator_triggers_is_noted(zoho: Zoho, trigger: list[str] | None, noted: list[str]) -> None:
    """The call log tells which automations a write would have started: all unless the body names some or none."""
    body = {"data": PEOPLE[:1]} if trigger is None else {"data": PEOPLE[:1], "trigger": trigger}
    zoho.call("POST", "Candidates/upsert", json=body)
    assert zoho.control("GET", "calls")[-1]["trigger"] == noted
    assert zoho.call("POST", "Candidates/upsert", json={"data": PEOPLE[:1], "trigger": ["mail"]}).status_code == 400
