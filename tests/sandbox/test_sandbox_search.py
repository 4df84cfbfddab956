"""Searching: criteria as text, e-mail, phone and word; what limits a search, and what is not confirmed about it."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from include.sandbox.criteria.model import CriteriaError, Group, Leaf
from include.sandbox.criteria.parse import parse
from tests.sandbox.conftest import BOTH, Zoho

Row = dict[str, Any]


def search(zoho: Zoho, criteria: str, module: str = "Candidates", **params: Any) -> httpx.Response:
    return zoho.get(f"{module}/search", criteria=criteria, **params)


def found(zoho: Zoho, criteria: str, module: str = "Candidates", **params: Any) -> set[str]:
    return {row["id"] for row in zoho.all(f"{module}/search", criteria=criteria, **{**BOTH, **params})}


def low(value: Any) -> str:
    return str(value or "").casefold()


CONDITIONS: list[tuple[str, Callable[[Row], bool]]] = [
    ("(Source:equals:job fair)", lambda row: row["Source"] == "Job Fair"),
    ("(Source:not_equal:Job Fair)", lambda row: row["Source"] != "Job Fair"),
    ("(Last_Name:starts_with:o)", lambda row: low(row["Last_Name"]).startswith("o")),
    ("(Email:ends_with:EXAMPLE.NET)", lambda row: low(row["Email"]).strip().endswith("example.net")),
    ("(Current_Job_Title:contains:engineer)", lambda row: "Engineer" in row["Current_Job_Title"]),
    ("(Current_Employer:not_contains:works)", lambda row: "works" not in low(row["Current_Employer"])),
    ("(Skill_Set:contains:first aid)", lambda row: "first aid" in low(row["Skill_Set"])),
    ("(City:in:Leeds,Bristol)", lambda row: row["City"] in ("Leeds", "Bristol")),
    ("(Experience_in_Years:equals:7)", lambda row: row["Experience_in_Years"] == 7),
    ("(Experience_in_Years:less_than:3)", lambda row: row["Experience_in_Years"] < 3),
    ("(Experience_in_Years:greater_equal:12)", lambda row: row["Experience_in_Years"] >= 12),
    ("(Experience_in_Years:between:4,5)", lambda row: row["Experience_in_Years"] in (4, 5)),
    ("(Expected_Salary:less_equal:30000)", lambda row: (row["Expected_Salary"] or 10**9) <= 30_000),
    ("(Date_of_Birth:greater_than:1990-05-01)", lambda row: (row["Date_of_Birth"] or "") > "1990-05-01"),
    ("(Created_Time:greater_equal:2026-01-05T10:00:00+02:00)", lambda row: row["Created_Time"] >= "2026-01-05T10"),
    ("(Email_Opt_Out:equals:true)", lambda row: row["Email_Opt_Out"]),
    ("(Languages:equals:Deutsch)", lambda row: "Deutsch" in row["Languages"]),
    (
        "(Candidate_Owner:equals:200001000000009002)",
        lambda row: (row["Candidate_Owner"] or {}).get("name", "") == OWNER,
    ),
    ("(Candidate_Owner:equals:ada ito)", lambda row: (row["Candidate_Owner"] or {}).get("name", "") == "Ada Ito"),
]
OWNER = "Bruno Castellani"


@pytest.mark.parametrize(("criteria", "holds"), CONDITIONS, ids=[text for text, _ in CONDITIONS])
def test_conditions(zoho: Zoho, criteria: str, holds: Callable[[Row], bool]) -> None:
    """Each operator finds exactly the records that meet it, by a reading of its own of all records."""
    rows = zoho.all(**BOTH)
    wanted = {row["id"] for row in rows if holds(row)}
    assert 0 < len(wanted) < len(rows)
    assert found(zoho, criteria) == wanted


@pytest.mark.parametrize(
    "criteria",
    [
        "((Source:equals:Job Fair)and((City:equals:Leeds)or(City:equals:Bristol)))",
        "(Source:equals:Job Fair)AND((City:equals:Leeds) Or (City:equals:Bristol))",
        "(((Source:equals:Job Fair)) and (City:in:Leeds,Bristol))",
    ],
)
def test_brackets_and_joiners(zoho: Zoho, criteria: str) -> None:
    """Groups nest, joiners come in any case, outer brackets may be left out."""
    rows = zoho.all(**BOTH)
    wanted = {row["id"] for row in rows if row["Source"] == "Job Fair" and row["City"] in ("Leeds", "Bristol")}
    assert wanted
    assert found(zoho, criteria) == wanted


def test_the_tree() -> None:
    """A text becomes the tree it says, with escapes taken out of values."""
    one, two = Leaf("A", "equals", ("Lee, K (x) \\ y",)), Leaf("B", "in", ("1", "2"))
    text = r"((A:equals:Lee\, K \(x\) \\ y)or((B:in:1,2)and(C_1:STARTS_WITH:a:b\z)))"
    assert parse(text) == Group("or", (one, Group("and", (two, Leaf("C_1", "starts_with", ("a:b\\z",))))))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "column 1: expected an opening bracket"),
        ("City:equals:Leeds", "column 1: expected an opening bracket"),
        ("(City:equals:Leeds", "closing bracket is missing"),
        ("(City:equals:Leeds))", "column 20: expected and, or, the end"),
        ("((City:equals:Leeds)(A:equals:b))", "column 21: expected and, or, a closing bracket"),
        ("((City:equals:Leeds)xor(A:equals:b))", "expected and, or"),
        ("((A:equals:1)and(B:equals:2)or(C:equals:3))", "column 29: and and or are mixed"),
        ("(City equals Leeds)", "expected field:operator:value"),
        ("(City:equals)", "expected field:operator:value"),
        ("(City:equals:Halle (Saale))", "column 20: a bracket inside a value"),
        ("()", "expected field:operator:value"),
        ("(" + "and".join(["(A:equals:1)"] * 11) + ")", "11 conditions: at most 10"),
    ],
)
def test_bad_syntax_is_loud(text: str, says: str) -> None:
    """What cannot be read is refused with its column."""
    with pytest.raises(CriteriaError, match="^" + says.replace("(", r"\(") if says.startswith("column") else says):
        parse(text)


def test_ten_conditions_are_allowed(zoho: Zoho) -> None:
    """Ten conditions pass."""
    text = "(" + "or".join(["(City:equals:Leeds)"] * 10) + ")"
    assert found(zoho, text) == found(zoho, "(City:equals:Leeds)")


@pytest.mark.parametrize(
    ("criteria", "api_name", "operator"),
    [
        ("(Email_Opt_Out:starts_with:t)", "Email_Opt_Out", "starts_with"),
        ("(Experience_in_Years:contains:1)", "Experience_in_Years", "contains"),
        ("(Last_Name:greater_than:a)", "Last_Name", "greater_than"),
        ("(City:like:Leeds)", "City", "like"),
        ("(City:is_empty:x)", "City", "is_empty"),
        ("(Town:equals:Leeds)", "Town", "equals"),
        ("(Experience_in_Years:equals:many)", "Experience_in_Years", "equals"),
        ("(Experience_in_Years:between:5,4)", "Experience_in_Years", "between"),
        ("(Created_Time:greater_than:2026-01-05T10:00:00)", "Created_Time", "greater_than"),
        ("(City:equals:Leeds,Bristol)", "City", "equals"),
        ("(City:in:" + ",".join(["x"] * 101) + ")", "City", "in"),
        ("(City", "", ""),
    ],
)
def test_invalid_query(zoho: Zoho, criteria: str, api_name: str, operator: str) -> None:
    """A wrong operator for the type, an unknown field, a value that does not fit: INVALID_QUERY with its details."""
    got = search(zoho, criteria)
    assert (got.status_code, got.json()["code"]) == (400, "INVALID_QUERY")
    assert got.json()["details"].keys() == {"reason", "api_name", "operator"}
    assert (got.json()["details"]["api_name"], got.json()["details"]["operator"]) == (api_name, operator)


def test_escaped_values_over_http(every: Zoho) -> None:
    """A value with brackets and a comma is found when they are escaped."""
    names = [row["Client_Name"] for row in every.all("Clients")]
    for name in (next(each for each in names if "," in each), next(each for each in names if "(" in each)):
        escaped = "".join(f"\\{letter}" if letter in "(),\\" else letter for letter in name)
        rows = every.all("Clients/search", criteria=f"(Client_Name:equals:{escaped})")
        assert [row["Client_Name"] for row in rows] == [name]


def test_precedence_of_ways(zoho: Zoho) -> None:
    """Criteria before email before phone before word; the others are ignored and noted."""
    rows = zoho.all(**BOTH)
    person = next(row for row in rows if row["Mobile"] and row["Email"] and "@" in row["Email"])
    ways = {"criteria": "(City:equals:Leeds)", "email": person["Email"], "phone": person["Mobile"], "word": "engineer"}
    assert {row["City"] for row in zoho.all("Candidates/search", **ways, **BOTH)} == {"Leeds"}
    assert zoho.control("GET", "calls")[-1]["ignored_params"] == ["email", "phone", "word"]
    del ways["criteria"]
    assert {row["Email"].strip().casefold() for row in zoho.all("Candidates/search", **ways, **BOTH)} == {
        person["Email"].strip().casefold()
    }
    del ways["email"]
    assert {row["Mobile"] for row in zoho.all("Candidates/search", **ways, **BOTH)} == {person["Mobile"]}
    del ways["phone"]
    word = {row["id"] for row in zoho.all("Candidates/search", **ways, **BOTH)}
    assert word == {row["id"] for row in rows if "Engineer" in row["Current_Job_Title"]}
    assert zoho.get("Candidates/search").json()["code"] == "REQUIRED_PARAM_MISSING"
    assert zoho.get("Candidates/search", word="x").json()["code"] == "INVALID_DATA"


def test_nothing_found_and_flags(zoho: Zoho) -> None:
    """No match is 204; converted and unapproved records are hidden unless asked for, as in a listing."""
    assert search(zoho, "(City:equals:Atlantis)").status_code == 204
    for kind, asked in (("converted", {"converted": "true"}), ("unapproved", {"approved": "false"})):
        address = zoho.of_kind(kind)["email"]
        assert search(zoho, f"(Email:equals:{address})").status_code == 204
        assert search(zoho, f"(Email:equals:{address})", **asked).json()["info"]["count"] == 1


def test_fields_sorting_and_pages(zoho: Zoho) -> None:
    """A search takes fields, sort_by and pages; If-Modified-Since is refused instead of being ignored."""
    rows = zoho.all(
        "Candidates/search",
        criteria="(Source:equals:Job Fair)",
        fields="Experience_in_Years",
        sort_by="Experience_in_Years",
        sort_order="asc",
        per_page=50,
    )
    years = [row["Experience_in_Years"] for row in rows]
    assert years == sorted(years)
    assert len({row["id"] for row in rows}) == len(rows) > 150
    assert set(rows[0]) == {"id", "Experience_in_Years"}
    got = zoho.get("Candidates/search", since="2026-03-01T00:00:00Z", criteria="(City:equals:Leeds)")
    assert got.json()["code"] == "SANDBOX_UNKNOWN_PARAMETER"


def test_loose_equals(zoho: Zoho) -> None:
    """By switch, equals finds a piece of the value too."""
    exact = found(zoho, "(Current_Job_Title:equals:Engineer)")
    zoho.settings(search_loose_equals=True)
    assert exact == set()
    assert found(zoho, "(Current_Job_Title:equals:Engineer)") == found(zoho, "(Current_Job_Title:contains:Engineer)")


def test_case_sensitive_equals(zoho: Zoho) -> None:
    """By switch, equals minds upper and lower case."""
    assert found(zoho, "(City:equals:leeds)")
    zoho.settings(search_case_sensitive=True)
    assert not found(zoho, "(City:equals:leeds)")
    assert found(zoho, "(City:equals:Leeds)")


def test_index_lag(zoho: Zoho) -> None:
    """A record changed within the lag is not found yet; later it is."""
    zoho.settings(search_lag_seconds=90)
    row = zoho.kinds()[0]
    zoho.control("POST", "records/Candidates", {"edits": [{"id": row["id"], "City": "Atlantis"}]})
    assert search(zoho, "(City:equals:Atlantis)").status_code == 204
    zoho.control("POST", "clock", {"advance_seconds": 89})
    assert search(zoho, "(City:equals:Atlantis)").status_code == 204
    zoho.control("POST", "clock", {"advance_seconds": 1})
    assert found(zoho, "(City:equals:Atlantis)") == {row["id"]}


def test_ceiling(zoho: Zoho) -> None:
    """Only the first so many records can be had, although more are said to be there."""
    zoho.settings(search_ceiling=400)
    everybody = "(Last_Name:not_equal:nobody)"
    last = search(zoho, everybody, page=2)
    assert (last.status_code, last.json()["info"]["more_records"]) == (200, True)
    over = search(zoho, everybody, page=3)
    assert (over.status_code, over.json()["code"]) == (400, "LIMIT_REACHED")
    zoho.settings(search_ceiling=None)
    assert len(found(zoho, everybody)) == 985


@pytest.mark.parametrize("module", ["Contacts", "Job_Openings", "Applications", "Alumni"])
def test_other_modules_are_searched(every: Zoho, module: str) -> None:
    """A lookup is found by the id of what it names, in every module that has one."""
    lookup = {"Contacts": "Client_Name", "Job_Openings": "Client_Name", "Alumni": "Employer"}.get(module, "Job_Opening")
    rows = every.all(module, **BOTH)
    wanted = next(row[lookup]["id"] for row in rows if row[lookup])
    ids = {row["id"] for row in rows if (row[lookup] or {}).get("id") == wanted}
    assert found(every, f"({lookup}:equals:{wanted})", module) == ids


def test_search_has_a_scope_of_its_own(zoho: Zoho) -> None:
    """Without the search scope searching is refused and listing is not."""
    zoho.settings(missing_scopes=["search"])
    assert search(zoho, "(City:equals:Leeds)").json()["code"] == "OAUTH_SCOPE_MISMATCH"
    assert zoho.get("Candidates").status_code == 200
