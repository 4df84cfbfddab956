"""Contacts, clients, job openings, applications and custom modules: listed, described and written like candidates."""

from datetime import datetime
from typing import Any

import pytest

from tests.sandbox.conftest import ANCHOR, BOTH, MODULES, Zoho
from tests.sandbox.test_sandbox_data import TRUTHS

OTHERS = MODULES[1:]
SIZES = {
    "Contacts": 1200,
    "Clients": 150,
    "Job_Openings": 240,
    "Applications": 2400,
    "Alumni": 600,
    "Speakers": 40,
    "Venues": 20,
    "Campaigns": 12,
}
JSON_TYPES = {"string": str, "boolean": bool, "integer": int, "double": float, "jsonobject": dict, "jsonarray": list}


def fields_of(zoho: Zoho, module: str) -> dict[str, dict[str, Any]]:
    return {each["api_name"]: each for each in zoho.get("settings/fields", module=module).json()["fields"]}


@pytest.mark.parametrize("module", OTHERS)
def test_listing_is_the_truth(every: Zoho, module: str) -> None:
    """Every live record is listed once by ascending id, whatever else the module is."""
    ids = [row["id"] for row in every.all(module, fields="id", **BOTH)]
    assert ids == sorted(row["id"] for row in every.kinds(module))
    assert len(ids) + len(every.all(f"{module}/deleted")) == SIZES[module]
    assert {len(each) for each in ids} == {18}


def test_ids_of_modules_are_apart(every: Zoho) -> None:
    """No two records of any modules have an id in common, and an id of one module is unknown in another."""
    ids = [row["id"] for module in MODULES for row in every.kinds(module)]
    assert len(ids) == len(set(ids))
    assert every.get(f"Clients/{every.kinds('Contacts')[0]['id']}").status_code == 204


@pytest.mark.parametrize("module", OTHERS)
def test_fields_describe_what_records_hold(every: Zoho, module: str) -> None:
    """Every key of a record is a described field and every value of its type; entries of pick lists are listed."""
    fields = fields_of(every, module)
    for row in every.all(module, **BOTH):
        assert set(row) - {"id", "$converted", "$approved"} == set(fields)
        for name, field in fields.items():
            assert row[name] is None or type(row[name]) is JSON_TYPES[field["json_type"]], name
            picks = [each["actual_value"] for each in field["pick_list_values"]]
            chosen = row[name] if isinstance(row[name], list) else [row[name]]
            assert not picks or set(chosen) - {None} <= set(picks)


def test_alumni_have_every_type(every: Zoho) -> None:
    """The custom module holds a field of every data type, with values, and one of them is of type email."""
    fields = fields_of(every, "Alumni")
    wanted = {
        *("text", "email", "phone", "picklist", "multiselectpicklist", "boolean", "date", "datetime", "integer"),
        *("double", "currency", "lookup", "ownerlookup", "textarea", "website", "autonumber"),
    }
    assert {each["data_type"] for each in fields.values()} == wanted
    rows = every.all("Alumni")
    empty = {name for name in fields if all(row[name] in (None, []) for row in rows)}
    assert empty == {"Letter_Status"}  # for clients to fill
    assert fields["Employer"]["lookup"]["module"] == "Clients"
    assert fields["Degree"]["custom_field"]
    assert not fields["Name"]["custom_field"]


def test_custom_modules_by_their_email_fields(every: Zoho) -> None:
    """One custom module has one e-mail field, one has two, one has none; metadata calls them custom."""
    counts = {
        module: sum(each["data_type"] == "email" for each in fields_of(every, module).values())
        for module in ("Alumni", "Speakers", "Venues")
    }
    assert counts == {"Alumni": 1, "Speakers": 2, "Venues": 0}
    modules = {each["api_name"]: each for each in every.get("settings/modules").json()["modules"]}
    assert (modules["Alumni"]["generated_type"], modules["Alumni"]["module_name"]) == ("custom", "CustomModule1")
    assert modules["Contacts"]["generated_type"] == "default"


@pytest.mark.parametrize("module", OTHERS)
def test_changed_since(every: Zoho, module: str) -> None:
    """If-Modified-Since goes by Modified_Time, and nothing changed is 304."""
    times = {row["id"]: datetime.fromisoformat(row["updated_on"]) for row in every.kinds(module)}
    at = sorted(times.values())[len(times) // 2]
    rows = every.all(module, since=at.isoformat(), fields="Modified_Time", **BOTH)
    assert {row["id"] for row in rows} == {each for each, changed in times.items() if changed >= at}
    assert all(datetime.fromisoformat(row["Modified_Time"]) >= at for row in rows)
    assert every.get(module, since=ANCHOR.isoformat()).status_code == 304


@pytest.mark.parametrize("module", OTHERS)
def test_views(every: Zoho, module: str) -> None:
    """Every view lists its members and nobody else; its id belongs to one module."""
    views = every.get("settings/custom_views", module=module).json()["custom_views"]
    truth = every.kinds(module)
    assert views[0]["system_name"] == "ALLVIEWS"
    for view in views:
        wanted = {row["id"] for row in truth if view["id"] in row["view_ids"]}
        assert {row["id"] for row in every.all(module, fields="id", cvid=view["id"], **BOTH)} == wanted
        assert wanted
    assert every.get("Candidates", cvid=views[0]["id"]).json()["details"]["api_name"] == "cvid"


def test_contacts_are_of_every_kind_but_converted(every: Zoho) -> None:
    """Contacts have the awkward kinds of candidates; nobody is converted; unapproved ones hide as everywhere."""
    kinds = {row["kind"] for row in every.kinds()} - {"converted"}
    assert {row["kind"] for row in every.kinds("Contacts")} == kinds
    assert every.get("Contacts", converted="true").status_code == 204
    hidden = every.of_kind("unapproved", "Contacts")["id"]
    assert hidden not in {row["id"] for row in every.all("Contacts")}
    assert hidden in {row["id"] for row in every.all("Contacts", approved="false")}
    assert every.of_kind("opted_out", "Contacts")["opt_out"] is True


NAMES = {
    "Contacts": ("First_Name", "Last_Name", "Description", "Contact_Owner"),
    "Alumni": ("Name", "", "Notes", "Owner"),
    "Speakers": ("Name", "", "Biography", "Owner"),
}


@pytest.mark.parametrize("module", NAMES)
def test_kinds_are_truthful(every: Zoho, module: str) -> None:
    """What a kind of candidate is holds for the same kind of contact and of people in custom modules."""
    first, last, text, owner = NAMES[module]
    kinds = {row["id"]: row["kind"] for row in every.kinds(module)}
    seen = set()
    for row in every.all(module, **BOTH):
        alike = {
            **row,
            "First_Name": row[first].replace(" ", "") if first == "Name" else row[first],
            "Last_Name": row[last] if last else "",
            "Skill_Set": f"{row[first]}{row[text]}",
            "Candidate_Owner": row[owner],
        }
        kind = kinds[row["id"]]
        if kind not in ("opted_out", "deleted_recycle", "deleted_permanent") or "Email_Opt_Out" in row:
            assert TRUTHS[kind](alike), (kind, row["id"])
        seen.add(kind)
    assert len(seen) > 5


def test_no_address_is_in_two_modules(every: Zoho) -> None:
    """A person of one module is nobody of another, apart from duplicates inside a module."""
    found: dict[str, set[str]] = {}
    for module in ("Candidates", "Contacts", "Alumni", "Speakers"):
        for row in every.kinds(module):
            if row["email"] and row["email"].strip():
                found.setdefault(row["email"].strip().casefold(), set()).add(module)
    assert not [address for address, modules in found.items() if len(modules) > 1 and "@" in address.strip("@")]


def test_lookups_lead_somewhere(every: Zoho) -> None:
    """Contacts, openings and applications name live records of other modules, and an opening's contact works for the
    opening's client.
    """
    clients = {row["id"]: row["Client_Name"] for row in every.all("Clients", **BOTH)}
    contacts = {row["id"]: row for row in every.all("Contacts", **BOTH)}
    openings = {row["id"]: row for row in every.all("Job_Openings", **BOTH)}
    people = {row["id"]: row["Full_Name"] for row in every.all("Candidates", **BOTH)}
    named = [row["Client_Name"] for row in contacts.values() if row["Client_Name"]]
    assert {each["id"]: each["name"] for each in named}.items() <= clients.items()
    assert len(named) > 1000
    without = {row["id"] for row in every.kinds("Contacts") if row["kind"] == "lookup_without_target"}
    assert {each for each, row in contacts.items() if row["Client_Name"] is None} == without
    contactless = 0
    for row in openings.values():
        assert row["Client_Name"]["id"] in clients
        contact = contacts[row["Contact_Name"]["id"]] if row["Contact_Name"] else None
        contactless += contact is None
        if contact is not None and contact["Client_Name"]:
            assert contact["Client_Name"] == row["Client_Name"]
    assert 20 < contactless < 120
    for row in every.all("Applications", **BOTH):
        assert row["Candidate"] is None or people[row["Candidate"]["id"]] == (row["Candidate"]["name"] or "")
        assert row["Job_Opening"] is None or row["Job_Opening"]["id"] in openings


def test_lookups_follow_what_they_name(every: Zoho) -> None:
    """A renamed client is renamed in its contacts, whose Modified_Time stays; a deleted one is looked up as nothing."""
    row = next(row for row in every.get("Contacts").json()["data"] if row["Client_Name"])
    client, path = row["Client_Name"]["id"], f"Contacts/{row['id']}"
    every.control("POST", "records/Clients", {"edits": [{"id": client, "Client_Name": "Renamed & Sons"}]})
    renamed = {**row, "Client_Name": {"name": "Renamed & Sons", "id": client}}
    assert every.get(path).json()["data"] == [renamed]
    assert next(each for each in every.get("Contacts").json()["data"] if each["id"] == row["id"]) == renamed
    every.control("POST", "records/Clients/delete", {"ids": [client]})
    assert every.get(path).json()["data"][0]["Client_Name"] is None


def test_upsert_of_contacts_and_clients(every: Zoho) -> None:
    """Contacts are found by e-mail, clients by name; a lookup is an id that must exist; openings are always new."""
    client = every.call("POST", "Clients/upsert", json={"data": [{"Client_Name": "Fresh Ltd", "Industry": "IT"}]})
    client_id = client.json()["data"][0]["details"]["id"]
    again = every.call("POST", "Clients/upsert", json={"data": [{"Client_Name": " fresh ltd "}]}).json()["data"][0]
    assert (again["action"], again["duplicate_field"], again["details"]["id"]) == ("update", "Client_Name", client_id)
    person = {"Last_Name": "Orr", "Email": "orr@fresh.example.com", "Client_Name": {"id": client_id}}
    got = every.call("POST", "Contacts/upsert", json={"data": [person, {**person, "Client_Name": {"id": "7"}}]})
    good, bad = got.json()["data"]
    assert bad["details"] == {"expected_data_type": "lookup", "api_name": "Client_Name"}
    row = every.get(f"Contacts/{good['details']['id']}").json()["data"][0]
    assert row["Client_Name"] == {"name": " fresh ltd ", "id": client_id}
    assert (row["Contact_Owner"]["name"], row["Email_Opt_Out"]) == ("Ada Ito", False)
    same = {"data": [{"Client_Name": "Fresh Ltd"}]}
    assert every.call("POST", "Clients", json=same).json()["data"][0]["code"] == "SUCCESS"
    taken = every.call("POST", "Contacts", json={"data": [person]}).json()["data"][0]
    assert taken["code"] == "DUPLICATE_DATA"
    opening = {"data": [{"Posting_Title": "Baker"}], "duplicate_check_fields": ["Posting_Title"]}
    assert every.call("POST", "Job_Openings/upsert", json=opening).status_code == 400
    twice = every.call("POST", "Job_Openings/upsert", json={"data": opening["data"] * 2}).json()["data"]
    assert [item["action"] for item in twice] == ["insert", "insert"]
    ids = [item["details"]["id"] for item in twice]
    assert every.get(f"Job_Openings/{ids[0]}").json()["data"][0]["Job_Opening_ID"] == "ZR_241_JOB"


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"Grade": 2.5, "Last_Met": "2026-03-01T10:00:00+02:00", "Graduated_On": "2011-07-01"}, None),
        ({"Grade": "good"}, "Grade"),
        ({"Last_Met": "2026-03-01T10:00:00"}, "Last_Met"),
        ({"Interests": "Reunions"}, "Interests"),
    ],
)
def test_custom_fields_are_checked(every: Zoho, values: dict[str, Any], wrong: str | None) -> None:
    """A custom module takes values of every type and refuses those of another."""
    item = every.call("POST", "Alumni", json={"data": [{"Name": "New One", **values}]}).json()["data"][0]
    assert item["details"].get("api_name") == wrong
    if wrong is None:
        row = every.get(f"Alumni/{item['details']['id']}").json()["data"][0]
        assert {name: row[name] for name in values} == values


def test_edits_and_deletions(every: Zoho) -> None:
    """The control routes edit, delete and restore records of any module; deletions are listed with what they were
    called.
    """
    row = every.kinds("Alumni")[0]
    every.control(
        "POST", "records/Alumni", {"edits": [{"id": row["id"], "Name": "Called So", "Email": "so@b.example"}]}
    )
    assert every.get("Alumni", since=ANCHOR.isoformat()).json()["data"][0]["Name"] == "Called So"
    every.control("POST", "records/Alumni/delete", {"ids": [row["id"]]})
    gone = every.all("Alumni/deleted", since=ANCHOR.isoformat())
    assert [(each["id"], each["display_name"]) for each in gone] == [(row["id"], "Called So")]
    every.control("POST", "records/Alumni/restore", {"ids": [row["id"]]})
    assert every.get(f"Alumni/{row['id']}").status_code == 200


def test_sizes_are_settings(zoho: Zoho) -> None:
    """Each module's number of records is chosen with a reset; without clients nobody names one."""
    sizes = {
        "contacts": 30,
        "clients": 0,
        "job_openings": 0,
        "applications": 5,
        "modules": ["Contacts", "Applications"],
    }
    health = zoho.control("POST", "reset", sizes)
    assert health["records"]["Contacts"] == len(zoho.kinds("Contacts")) > 25
    zoho.new_token()
    assert {row["Client_Name"] for row in zoho.all("Contacts")} == {None}
    assert {row["Job_Opening"] for row in zoho.all("Applications")} == {None}


def test_candidates_for_the_worked_example(zoho: Zoho) -> None:
    """CRIT-4: department, experience and year passed out are there, and some people meet all of the example."""
    rows = zoho.all(fields="Department,Experience_in_Years,Year_Passed_Out", **BOTH)
    held = [
        row
        for row in rows
        if row["Department"] == "Information Technology"
        and row["Experience_in_Years"] >= 2
        and row["Year_Passed_Out"] in (2015, 2016)
    ]
    assert 5 < len(held) < 100
