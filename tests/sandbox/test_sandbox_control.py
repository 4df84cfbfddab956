"""Control routes: reset, clock, call log, settings, edits at the source and the truth to count from."""

from dataclasses import fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from include.sandbox.api.routes import CONTROL
from include.sandbox.clock import SandboxClock
from include.sandbox.faults import KINDS
from include.sandbox.settings import Settings
from tests.sandbox.conftest import ANCHOR, BOTH, Zoho


def test_reset_makes_everything_anew(zoho: Zoho) -> None:
    """A reset forgets edits, faults, calls, tokens, switches and the clock, and may choose other people."""
    before = zoho.kinds()
    zoho.control("POST", "records/Candidates/add", {"records": [{"Last_Name": "Extra"}]})
    zoho.control("POST", "faults", {"kind": "slow"})
    zoho.control("POST", "settings", {"page_ceiling": 10})
    health = zoho.control("POST", "reset", {"candidates": 400, "seed": 9})
    assert health == {"status": "ok", "seed": 9, "anchor": "2026-03-02T14:00:00+02:00", "records": {"Candidates": 394}}
    assert zoho.control("GET", "faults") == zoho.control("GET", "calls") == []
    assert zoho.control("GET", "clock")["running"] is True
    assert zoho.get("org").json()["code"] == "INVALID_TOKEN"
    zoho.new_token()
    assert zoho.count() == 394
    zoho.control("POST", "reset")
    assert zoho.kinds() == before


def test_reset_moves_the_anchor(zoho: Zoho) -> None:
    """All change times follow the anchor."""
    before = zoho.kinds()
    zoho.control("POST", "reset", {"anchor": (ANCHOR - timedelta(days=10)).isoformat()})
    for old, new in zip(before, zoho.kinds(), strict=True):
        moved = datetime.fromisoformat(old["updated_on"]) - datetime.fromisoformat(new["updated_on"])
        assert (moved, new["email"]) == (timedelta(days=10), old["email"])


@pytest.mark.parametrize(
    ("path", "body", "says"),
    [
        ("reset", {"candidate": 5}, "Did you mean 'candidates'?"),
        ("reset", {"candidates": -1}, "a whole number from 0"),
        ("reset", {"anchor": "yesterday"}, "date-time with an offset"),
        ("settings", {"candidates": 5}, "send it to POST /_sandbox/reset"),
        ("settings", {"page_celing": 5}, "Did you mean 'page_ceiling'?"),
        ("settings", {"missing_scopes": ["module"]}, "modules, settings, org"),
        ("settings", {"utc_offset": "Berlin"}, "+02:00"),
        ("settings", {"credits_limit": "all"}, "plan, or null"),
        ("settings", {"credit_costs": {"record": 1}}, "records, single"),
        ("settings", {"tell_retry_after": 1}, "true or false"),
        ("settings", {"contacts": 5}, "send it to POST /_sandbox/reset"),
        ("credits", {"spend": -1}, "a whole number of credits"),
        ("schema/Candidates", {"rename": {"Ctiy": "Town"}}, "Did you mean 'City'?"),
        ("schema/Candidates", {"remove": ["Updated_On"]}, "no field 'Updated_On' to change"),
        ("schema/Candidates", {"add": {"City": "text"}}, "has a field 'City' already"),
        ("schema/Contracts", {}, "no module 'Contracts'"),
        ("settings", [1], "is an object"),
        ("clock", {"now": "2026-01-01T00:00:00"}, "date-time with an offset"),
        ("clock", {"advance": 5}, "Did you mean 'advance_seconds'?"),
        ("records/Candidates", {"edits": [{"id": "200001000001000000", "Ctiy": "x"}]}, "Did you mean 'City'?"),
        ("records/Candidates", {"records": []}, "has no key 'records'"),
        ("records/Contracts", {"edits": []}, "no records of 'Contracts'"),
        ("records/Candidates/delete", {"ids": [], "type": "forever"}, "recycle and permanent"),
        ("records/Candidates/restore", {"ids": ["200001000001000000"]}, "not in the recycle bin"),
    ],
)
def test_wrong_bodies_change_nothing(zoho: Zoho, path: str, body: Any, says: str) -> None:
    """A wrong body is a 400 that says what is allowed."""
    before = zoho.http.get("/_sandbox/kinds/Candidates").content
    assert says in zoho.control("POST", path, body, status=400)["message"]
    assert zoho.http.get("/_sandbox/kinds/Candidates").content == before


def test_clock_stands_moves_and_runs(zoho: Zoho) -> None:
    """The clock stands where it is set, moves by seconds, and every answer's Date follows it."""
    zoho.control("POST", "clock", {"now": "2026-05-01T10:00:00+02:00"})
    assert zoho.control("POST", "clock", {"advance_seconds": 90}) == {
        "now": "2026-05-01T10:01:30+02:00",
        "running": False,
    }
    dates = {zoho.http.get(path).headers["Date"] for path in ("/_sandbox/health", "/recruit/v2/org", "/nowhere")}
    assert dates == {"Fri, 01 May 2026 08:01:30 GMT"}
    assert zoho.control("POST", "clock", {"run": True})["running"] is True


def test_running_clock() -> None:
    """A running clock follows the machine, from where it was told to; a machine read at will stands in for it here."""
    machine = [ANCHOR]
    clock = SandboxClock(lambda: machine[0])
    assert clock.now() == ANCHOR
    clock.run(ANCHOR + timedelta(days=3))
    machine[0] += timedelta(minutes=5)
    assert clock.now() == ANCHOR + timedelta(days=3, minutes=5)
    clock.advance(-60)
    assert clock.now() == ANCHOR + timedelta(days=3, minutes=4)
    clock.set(ANCHOR)
    machine[0] += timedelta(minutes=5)
    assert clock.now() == ANCHOR
    clock.run()
    assert clock.now() == machine[0]


def test_call_log(zoho: Zoho) -> None:
    """Calls are numbered and tell query, header, status and rows; control routes are not logged."""
    zoho.get("Candidates", since="2026-03-01T00:00:00Z", page=1, per_page=3)
    zoho.get("Candidates", page=99)
    log = zoho.control("GET", "calls")
    assert [(call["n"], call["path"], call["status"], call["rows"]) for call in log] == [
        (1, "/oauth/v2/token", 200, None),
        (2, "/recruit/v2/Candidates", 200, 3),
        (3, "/recruit/v2/Candidates", 204, 0),
    ]
    assert (log[1]["query"], log[1]["modified_since"]) == ({"page": "1", "per_page": "3"}, "2026-03-01T00:00:00Z")
    assert log[1]["at"] == "2026-03-02T12:00:00+00:00"
    assert zoho.control("GET", "calls?since=2") == log[2:]
    zoho.control("DELETE", "calls")
    zoho.get("org")
    assert [call["n"] for call in zoho.control("GET", "calls")] == [4]


def test_edits(zoho: Zoho) -> None:
    """An edit takes any value, changes the change time to now unless given, and moves flags and views."""
    one, two = [row["id"] for row in zoho.kinds() if row["kind"] == "plain"][:2]
    changes = {
        "Email": "not one",
        "First_Name": "A\x00\ud83d",
        "$converted": True,
        "$approved": False,
        "Source": "Job Fair",
    }
    at = {"id": two, "Updated_On": "2026-01-01T00:00:00+00:00", "Created_Time": "2025-01-01T00:00:00+00:00"}
    content = b'{"edits":[{"id":"%s","First_Name":"A\\u0000\\ud83d","Email":"not one",' % one.encode()
    content += b'"$converted":true,"$approved":false,"Source":"Job Fair"}]}'
    assert zoho.http.post("/_sandbox/records/Candidates", content=content).json() == {"edited": [one]}
    zoho.control("POST", "records/Candidates", {"edits": [at]})
    full = {row["id"]: row for row in zoho.control("GET", f"records/Candidates?ids={one},{two}")}
    assert {name: full[one][name] for name in changes} == changes
    assert (full[one]["Updated_On"], full[one]["kind"]) == ("2026-03-02T14:00:00+02:00", "plain")
    assert full[two]["Updated_On"] == "2026-01-01T02:00:00+02:00"
    assert full[two]["Created_Time"] == "2025-01-01T02:00:00+02:00"
    assert one not in {row["id"] for row in zoho.all(fields="Email")}
    assert one in {row["id"] for row in zoho.all(fields="Email", cvid="200001000000007005", **BOTH)}
    back = {"id": one, "$converted": False, "$approved": True}
    zoho.control("POST", "records/Candidates", {"edits": [back]})
    assert one in {row["id"] for row in zoho.all(fields="Email")}


def test_changed_address_is_found_under_the_new_one_only(zoho: Zoho) -> None:
    """Upsert finds an edited record by its new address and no longer by the old one."""
    row = zoho.of_kind("plain")
    for address in ("between@example.org", "moved@example.org"):
        zoho.control("POST", "records/Candidates", {"edits": [{"id": row["id"], "Email": address}]})
    addresses = ("moved@example.org", "between@example.org", row["email"])
    items = [{"Last_Name": "A", "Email": address} for address in addresses]
    got = zoho.call("POST", "Candidates/upsert", json={"data": items}).json()["data"]
    assert [item["action"] for item in got] == ["update", "insert", "insert"]
    assert got[0]["details"]["id"] == row["id"]


def test_add_delete_restore(zoho: Zoho) -> None:
    """Records are added, deleted into the bin or for good, and restored from the bin with a new change time."""
    ids = zoho.control(
        "POST", "records/Candidates/add", {"records": [{"Last_Name": "A", "Email": "a@example.org"}, {}]}
    )["ids"]
    assert [row["id"] for row in zoho.all(**BOTH)][-2:] == ids
    assert [row["kind"] for row in zoho.kinds()][-2:] == ["added", "added"]
    zoho.control("POST", "records/Candidates/delete", {"ids": ids[:1]})
    zoho.control("POST", "records/Candidates/delete", {"ids": ids[1:], "type": "permanent"})
    deleted = {row["id"]: row["type"] for row in zoho.all("Candidates/deleted")}
    assert [deleted[each] for each in ids] == ["recycle", "permanent"]
    zoho.control("GET", f"records/Candidates?ids={ids[0]}", status=404)
    zoho.control("POST", "clock", {"advance_seconds": 60})
    zoho.control("POST", "records/Candidates/restore", {"ids": ids[:1]})
    assert zoho.get(f"Candidates/{ids[0]}").json()["data"][0]["Updated_On"] == "2026-03-02T14:01:00+02:00"
    assert ids[0] not in {row["id"] for row in zoho.all("Candidates/deleted")}
    zoho.control("POST", "records/Candidates/restore", {"ids": ids[1:]}, status=400)


@pytest.mark.parametrize("becomes", [True, False])
def test_convert(every: Zoho, becomes: bool) -> None:
    """A converted candidate hides and is changed now; a Contact that it becomes has its names and address."""
    row = every.of_kind("opted_out")
    every.control("POST", "clock", {"advance_seconds": 60})
    done = every.control("POST", "records/Candidates/convert", {"ids": [row["id"]], "contact": becomes})
    assert done["converted"] == 1
    names = "First_Name,Last_Name,Email,Email_Opt_Out"
    asked = {"fields": f"{names},$converted,$converted_detail,Updated_On", **BOTH}
    found = next(each for each in every.all(**asked) if each["id"] == row["id"])
    assert (found["$converted"], found["Updated_On"]) == (True, "2026-03-02T14:01:00+02:00")
    assert row["id"] not in {each["id"] for each in every.all(fields="Email")}
    assert found["$converted_detail"] == ({"contact": done["contacts"][0]} if becomes else None)
    made = [each for each in every.all("Contacts", fields=names) if each["Email"] == row["email"]]
    assert made == [{**{name: found[name] for name in names.split(",")}, "id": each} for each in done["contacts"]]


def test_who_cannot_be_converted(every: Zoho) -> None:
    """Only live candidates are converted; a wrong body changes nothing."""
    contact, gone = every.kinds("Contacts")[0]["id"], every.kinds()[0]["id"]
    every.control("POST", "records/Candidates/delete", {"ids": [gone]})
    before = every.kinds("Contacts")
    refused = every.control("POST", "records/Contacts/convert", {"ids": [contact]}, status=400)
    assert "only Candidates" in refused["message"]
    every.control("POST", "records/Candidates/convert", {"ids": [gone], "contact": True}, status=404)
    refused = every.control("POST", "records/Candidates/convert", {"ids": [], "contact": "yes"}, status=400)
    assert "true or false" in refused["message"]
    assert every.kinds("Contacts") == before


def test_the_page_names_every_route_setting_and_fault() -> None:
    """What can be asked, set and broken is on the documentation's page."""
    page = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text()
    for name in (*(each.name for each in fields(Settings)), *KINDS):
        assert f"`{name}`" in page, name
    for spec in CONTROL:
        path = spec.path.removeprefix("/_sandbox").replace("{module}", "Candidates").replace("{app}", "{application}")
        assert (path.removeprefix("/creator") or path) in page, path


def test_kinds_tell_the_truth(zoho: Zoho) -> None:
    """The short rows agree with the full records, read without any listing."""
    kinds = zoho.kinds()[::25]
    full = zoho.control("GET", f"records/Candidates?ids={','.join(row['id'] for row in kinds)}")
    for short, row in zip(kinds, full, strict=True):
        assert short["email"] == row["Email"]
        assert (short["updated_on"], short["created_time"]) == (row["Updated_On"], row["Created_Time"])
        assert (short["approved"], short["converted"]) == (row["$approved"], row["$converted"])
        assert (short["opt_out"], short["kind"], short["id"]) == (row["Email_Opt_Out"], row["kind"], row["id"])
