"""What an account allows: credits, plans, permissions, hidden modules, scopes of single modules, fields that change."""

from typing import Any

import pytest

from include.sandbox.credits import COSTS, allowance
from tests.sandbox.conftest import BOTH, Zoho


def spent(zoho: Zoho) -> dict[str, int]:
    kinds: dict[str, int] = zoho.control("GET", "credits")["by_kind"]
    return kinds


def test_calls_cost(every: Zoho) -> None:
    """Each kind of call costs its price, whatever its answer; tokens and control routes cost nothing."""
    every.get("Candidates")
    every.get("Candidates", page=99)
    every.get("Candidates", per_page=999)
    every.get("Candidates/deleted")
    every.get("settings/fields", module="Contacts")
    every.get("Contacts/search", criteria="(Department:equals:Sales)")
    every.call("POST", "Contacts/upsert", json={"data": [{"Last_Name": "A"}]})
    every.bulk("POST", json={"query": {"module": "Contacts"}})
    every.new_token()
    assert spent(every) == {
        "records": 9,
        "deleted": 2,
        "fields": 1,
        "search": COSTS["search"],
        "write": COSTS["write"],
        "bulk_create": COSTS["bulk_create"],
    }
    assert [call.get("credits") for call in every.control("GET", "calls")] == [None, 3, 3, 3, 2, 1, 3, 1, 3, None]


@pytest.mark.parametrize(("tell", "header"), [(False, None), (True, "86400")])
def test_ceiling(zoho: Zoho, tell: bool, header: str | None) -> None:
    """Above the ceiling every call is 429 and costs nothing, with Retry-After by switch; a cheaper one may still fit;
    after twenty-four hours it goes on.
    """
    zoho.settings(credits_limit=10, tell_retry_after=tell)
    assert [zoho.get("Candidates").status_code for _ in range(3)] == [200] * 3
    refused = zoho.get("Candidates")
    assert (refused.status_code, refused.json()["code"]) == (429, "TOO_MANY_REQUESTS")
    assert refused.headers.get("Retry-After") == header
    assert zoho.get("settings/modules").status_code == 200
    shown = zoho.control("GET", "credits")
    assert (shown["limit"], shown["spent"], shown["left"], shown["refused"]) == (10, 10, 0, 1)
    zoho.control("POST", "clock", {"advance_seconds": 86_399})
    zoho.new_token()
    assert zoho.get("settings/modules").status_code == 429
    zoho.control("POST", "clock", {"advance_seconds": 1})
    assert zoho.get("Candidates").status_code == 200
    assert zoho.control("GET", "credits")["since_reset"] == {"records": 12, "modules": 1}


def test_others_spend_too_and_prices_change(zoho: Zoho) -> None:
    """Somebody else's calls count against the same ceiling; any price can be set."""
    zoho.settings(credits_limit=100, credit_costs={"records": 40})
    assert zoho.control("POST", "credits", {"spend": 55})["left"] == 45
    assert [zoho.get("Candidates").status_code for _ in range(2)] == [200, 429]
    assert spent(zoho) == {"others": 55, "records": 40}


@pytest.mark.parametrize(
    ("plan", "users", "credits"),
    [
        ("Free", 9, 5_000),
        ("Standard", 4, 6_000),
        ("Standard", 5_000, 100_000),
        ("Professional", 10, 15_000),
        ("Enterprise", 3, 18_000),
        ("Enterprise", 99_999, 1_000_000),
    ],
)
def test_allowance_of_a_plan(zoho: Zoho, plan: str, users: int, credits: int) -> None:
    """The ceiling ``plan`` is the documented allowance of plan and users."""
    zoho.settings(plan=plan, users=users, credits_limit="plan")
    assert zoho.control("GET", "credits")["limit"] == allowance(plan, users) == credits
    described = zoho.get("org").json()["org"][0]["license_details"]
    assert described == {"plan_type": plan, "no_of_users": users}


def test_older_shape_of_the_license(zoho: Zoho) -> None:
    """By switch, org describes the plan as older pages do."""
    zoho.settings(license_shape="paid_type", plan="Free")
    assert zoho.get("org").json()["org"][0]["license_details"] == {
        "paid": False,
        "paid_type": "free",
        "trial_type": None,
    }


@pytest.mark.parametrize("path", ["Contacts", "Contacts/search?criteria=(Department:equals:Sales)", "Contacts/deleted"])
@pytest.mark.parametrize(
    ("settings", "status", "code"),
    [
        ({"denied_modules": ["Contacts"]}, 403, "NO_PERMISSION"),
        ({"hidden_modules": ["Contacts"]}, 400, "INVALID_MODULE"),
        ({"missing_scopes": ["modules.contact"]}, 401, "OAUTH_SCOPE_MISMATCH"),
    ],
)
def test_a_module_that_is_closed(every: Zoho, path: str, settings: dict[str, Any], status: int, code: str) -> None:
    """No permission, hidden, or outside the scopes: each has its own answer, and other modules go on."""
    every.settings(**settings)
    got = every.call("GET", path)
    assert (got.status_code, got.json()["code"]) == (status, code)
    assert every.call("GET", path.replace("Contacts", "Clients").replace("Department", "Industry")).status_code < 300
    shown = {each["api_name"]: each["visible"] for each in every.get("settings/modules").json()["modules"]}
    assert shown["Contacts"] is ("hidden_modules" not in settings)
    assert (every.get("settings/fields", module="Contacts").status_code == 400) is ("hidden_modules" in settings)


def test_token_is_checked_before_credits(zoho: Zoho) -> None:
    """A call without a live token, or outside its scopes, costs nothing."""
    zoho.http.get("/recruit/v2/Candidates")
    zoho.settings(missing_scopes=["modules"])
    zoho.get("Candidates")
    assert spent(zoho) == {}


def test_fields_change_under_a_client(zoho: Zoho) -> None:
    """SRC-10: renamed, removed, retyped and new fields show in metadata, listings, searches and bulk reads."""
    before = zoho.get("Candidates").json()["data"][0]
    change = {
        "rename": {"City": "Town", "Email": "Mail"},
        "remove": ["Mobile"],
        "retype": {"Skill_Set": "skills_v2"},
        "add": {"Place": "geolocation"},
        "values": {"Place": {"lat": 1.5}},
    }
    schema = zoho.control("POST", "schema/Candidates", change)
    assert (schema["Town"], schema["Skill_Set"], schema["Place"]) == ("text", "skills_v2", "geolocation")
    fields = {
        each["api_name"]: each["data_type"]
        for each in zoho.get("settings/fields", module="Candidates").json()["fields"]
    }
    assert fields == schema
    after = zoho.get("Candidates").json()["data"][0]
    gone = {"City", "Email", "Mobile"}
    assert gone & set(after) == set()
    assert (after["Town"], after["Mail"], after["Place"]) == (before["City"], before["Email"], {"lat": 1.5})
    same = set(before) - gone
    assert {name: after[name] for name in same} == {name: before[name] for name in same}
    assert zoho.get(f"Candidates/{before['id']}", fields="City,Town").json()["data"] == [
        {"id": before["id"], "Town": before["City"]}
    ]
    assert zoho.control("GET", "calls")[-1]["unknown_fields"] == ["City"]
    town = f"(Town:equals:{before['City']})"
    assert before["id"] in {row["id"] for row in zoho.all("Candidates/search", criteria=town, **BOTH)}
    assert zoho.get("Candidates/search", criteria="(City:equals:x)").json()["code"] == "INVALID_QUERY"
    assert zoho.bulk("POST", json={"query": {"module": "Candidates", "selectfields": ["City"]}}).status_code == 400
    assert zoho.bulk("POST", json={"query": {"module": "Candidates", "selectfields": ["Town"]}}).status_code == 201


def test_writes_after_a_change_of_fields(zoho: Zoho) -> None:
    """Records are written by the names of now, views and addresses go on working; an empty change takes all back."""
    row = zoho.of_kind("plain")
    views = {each["id"]: each["view_ids"] for each in zoho.kinds()}
    zoho.control(
        "POST", "schema/Candidates", {"rename": {"City": "Town", "Source": "Came_By"}, "add": {"Extra": "text"}}
    )
    assert {each["id"]: each["view_ids"] for each in zoho.kinds()} == views
    zoho.control("POST", "records/Candidates", {"edits": [{"id": row["id"], "Town": "Atlantis", "Extra": "more"}]})
    zoho.control("POST", "records/Candidates", {"edits": [{"id": row["id"], "City": "x"}]}, status=400)
    item = {"data": [{"Email": row["email"], "Last_Name": "Moved", "City": "ignored"}]}
    assert zoho.call("POST", "Candidates/upsert", json=item).json()["data"][0]["details"]["id"] == row["id"]
    assert zoho.control("GET", "calls")[-1]["ignored_fields"] == ["City"]
    shown = zoho.get(f"Candidates/{row['id']}", fields="Town,Extra,Last_Name").json()["data"][0]
    assert shown == {"id": row["id"], "Town": "Atlantis", "Extra": "more", "Last_Name": "Moved"}
    zoho.control("POST", "schema/Candidates", {})
    back = zoho.get(f"Candidates/{row['id']}").json()["data"][0]
    assert back["City"] == "Atlantis"
    assert "Extra" not in back
