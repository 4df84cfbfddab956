"""Bulk read: jobs by the sandbox's clock, the zip and its CSV, and everything that is refused."""

import csv
import io
import json
import zipfile
from typing import Any

import httpx
import pytest

from tests.sandbox.conftest import BOTH, Zoho


@pytest.fixture
def bulk(every: Zoho) -> Zoho:
    """Every module on offer, and jobs that are done at once."""
    every.settings(bulk_seconds=0)
    return every


def job(zoho: Zoho, module: str = "Candidates", **query: Any) -> str:
    got = zoho.bulk("POST", json={"query": {"module": module, **query}})
    assert got.status_code == 201, got.text
    return str(got.json()["data"][0]["details"]["id"])


def details(zoho: Zoho, job_id: str) -> dict[str, Any]:
    found: dict[str, Any] = zoho.bulk("GET", f"/{job_id}").json()["data"][0]
    return found


def unpacked(got: httpx.Response, job_id: str) -> list[dict[str, str]]:
    assert got.headers["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(got.content)) as file:
        assert file.testzip() is None
        assert file.namelist() == [f"{job_id}.csv"]
        text = file.read(f"{job_id}.csv").decode("utf-8")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def rows_of(zoho: Zoho, module: str = "Candidates", **query: Any) -> list[dict[str, str]]:
    job_id = job(zoho, module, **query)
    return unpacked(zoho.bulk("GET", f"/{job_id}/result"), job_id)


def leaf(name: str, comparator: str, value: Any) -> dict[str, Any]:
    return {"api_name": name, "comparator": comparator, "value": value}


def written(value: Any, type_: str) -> str:
    """How a value of a listing stands in the CSV."""
    if value is None:
        return ""
    if type_ == "boolean":
        return "true" if value else "false"
    if type_ in ("lookup", "ownerlookup"):
        return value["id"] or ""
    if type_ == "multiselectpicklist":
        return ";".join(value)
    return str(value).encode("utf-8", "replace").decode()


@pytest.mark.parametrize("module", ["Candidates", "Contacts", "Clients", "Job_Openings", "Alumni", "Venues"])
def test_the_file_holds_what_a_listing_holds(bulk: Zoho, module: str) -> None:
    """Without selectfields every field is a column, id first; values are those of the listing, NUL bytes and all."""
    types = {
        each["api_name"]: each["data_type"] for each in bulk.get("settings/fields", module=module).json()["fields"]
    }
    listed = bulk.all(module, **BOTH)
    rows = rows_of(bulk, module)
    assert list(rows[0]) == ["id", *types]
    wanted = [{"id": row["id"], **{name: written(row[name], types[name]) for name in types}} for row in listed]
    assert rows == wanted


def test_selected_columns(bulk: Zoho) -> None:
    """Only selected columns come, in their order, after the id; a lookup is an id, dotted a field of its record."""
    names = ["Email", "Client_Name", "Client_Name.Client_Name", "Client_Name.Industry", "Client_Name.id"]
    rows = rows_of(bulk, "Contacts", selectfields=names)
    assert list(rows[0]) == ["id", *names]
    clients = {row["id"]: row for row in bulk.all("Clients", **BOTH)}
    for row in rows:
        client = clients.get(row["Client_Name"], {"Client_Name": "", "Industry": "", "id": ""})
        assert row["Client_Name.Client_Name"] == client["Client_Name"]
        assert (row["Client_Name.Industry"], row["Client_Name.id"]) == (client["Industry"], client["id"])


def test_states_follow_the_clock(every: Zoho) -> None:
    """ADDED, IN PROGRESS, COMPLETED as the sandbox's time goes by; a result only with the last, until it expires."""
    every.settings(bulk_seconds=60, bulk_result_seconds=3600)
    created = every.bulk("POST", json={"query": {"module": "Candidates", "selectfields": ["Email"]}})
    added = created.json()["data"][0]
    assert (added["status"], added["code"], added["details"]["operation"]) == ("success", "ADDED_SUCCESSFULLY", "read")
    job_id = added["details"]["id"]
    states = []
    for seconds in (0, 19, 1, 39, 1):
        every.control("POST", "clock", {"advance_seconds": seconds})
        states.append((details(every, job_id)["state"], every.bulk("GET", f"/{job_id}/result").status_code))
    assert states == [("ADDED", 404), ("ADDED", 404), ("IN PROGRESS", 404), ("IN PROGRESS", 404), ("COMPLETED", 200)]
    done = details(every, job_id)
    assert done["query"] == {"module": "Candidates", "selectfields": ["Email"], "page": 1}
    assert done["created_time"] == "2026-03-02T14:00:00+02:00"
    assert done["result"] == {
        "page": 1,
        "count": 985,
        "download_url": f"/recruit/bulk/v2/read/{job_id}/result",
        "per_page": 200_000,
        "more_records": False,
    }
    every.control("POST", "clock", {"advance_seconds": 3600})
    every.new_token()
    gone = every.bulk("GET", f"/{job_id}/result")
    assert (gone.status_code, gone.json()["code"]) == (404, "RESOURCE_NOT_FOUND")


@pytest.mark.parametrize(("outcome", "state"), [("failure", "FAILURE"), ("stuck", "IN PROGRESS")])
def test_jobs_that_do_not_complete(every: Zoho, outcome: str, state: str) -> None:
    """By switch a job fails, or stays in progress for ever; neither has a result."""
    every.settings(bulk_outcome=outcome, bulk_seconds=10)
    job_id = job(every)
    every.settings(bulk_outcome="completed")
    every.control("POST", "clock", {"advance_seconds": 3000})
    assert details(every, job_id)["state"] == state
    assert "result" not in details(every, job_id)
    assert every.bulk("GET", f"/{job_id}/result").status_code == 404


def test_pages(bulk: Zoho) -> None:
    """A page holds so many rows; the last says that none follow; a page beyond has no rows."""
    bulk.settings(bulk_page_rows=400)
    pages = [job(bulk, selectfields=["Email"], page=page) for page in (1, 2, 3, 4)]
    results = [details(bulk, each)["result"] for each in pages]
    assert [(each["count"], each["more_records"]) for each in results] == [
        (400, True),
        (400, True),
        (185, False),
        (0, False),
    ]
    rows = [row for each in pages for row in unpacked(bulk.bulk("GET", f"/{each}/result"), each)]
    assert [row["id"] for row in rows] == [row["id"] for row in bulk.all(**BOTH)]


def test_hidden_records(bulk: Zoho) -> None:
    """Converted and unapproved records are in the file, or by switch not; their flags are columns by switch only."""
    refused = bulk.bulk("POST", json={"query": {"module": "Candidates", "selectfields": ["$converted"]}})
    assert refused.json()["code"] == "FIELD_NOT_AVAILABLE"
    assert "$converted" not in rows_of(bulk)[0]
    bulk.settings(bulk_system_fields="present")
    rows = rows_of(bulk, selectfields=["$converted", "$approved"])
    truth = {row["id"]: (str(row["converted"]).lower(), str(row["approved"]).lower()) for row in bulk.kinds()}
    assert {row["id"]: (row["$converted"], row["$approved"]) for row in rows} == truth
    bulk.settings(bulk_hidden_records="left_out")
    assert [row["id"] for row in rows_of(bulk)] == [row["id"] for row in bulk.all()]


@pytest.mark.parametrize(
    ("criteria", "search"),
    [
        (leaf("Email_Opt_Out", "equal", True), "(Email_Opt_Out:equals:true)"),
        (leaf("Experience_in_Years", "between", [3, 5]), "(Experience_in_Years:between:3,5)"),
        (
            {"group_operator": "or", "group": [leaf("City", "equal", "Leeds"), leaf("City", "starts_with", "Bri")]},
            "((City:equals:Leeds)or(City:starts_with:Bri))",
        ),
        (
            {
                "group_operator": "AND",
                "group": [
                    leaf("Created_Time", "greater_equal", "2026-01-01T00:00:00+02:00"),
                    {"group_operator": "or", "group": [leaf("Source", "in", ["Job Fair", "Imported"])]},
                ],
            },
            "((Created_Time:greater_equal:2026-01-01T00:00:00+02:00)and(Source:in:Job Fair,Imported))",
        ),
    ],
)
def test_criteria(bulk: Zoho, criteria: dict[str, Any], search: str) -> None:
    """Groups and leaves with flat api_name pick what the same search finds."""
    wanted = {row["id"] for row in bulk.all("Candidates/search", criteria=search, **BOTH)}
    assert wanted
    assert {row["id"] for row in rows_of(bulk, criteria=criteria)} == wanted


def test_empty_views_and_both(bulk: Zoho) -> None:
    """${EMPTY} stands for no value; a view narrows, together with criteria too."""
    rows = bulk.all(**BOTH)
    empty = {row["id"] for row in rows if row["Current_Employer"] is None}
    assert {row["id"] for row in rows_of(bulk, criteria=leaf("Current_Employer", "equal", "${EMPTY}"))} == empty
    view = {"cvid": "200001000000007002"}
    inside = {row["id"] for row in bulk.all(**BOTH, **view)}
    assert {row["id"] for row in rows_of(bulk, **view)} == inside
    both = rows_of(bulk, **view, criteria=leaf("Current_Employer", "not_equal", "${EMPTY}"))
    assert {row["id"] for row in both} == inside - empty


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "REQUEST_BODY_IS_EMPTY"),
        ({"query": {"module": {"api_name": "Candidates"}}}, "INVALID_DATA"),
        ({"query": {"module": "Candidates", "fields": ["Email"]}}, "INVALID_DATA"),
        ({"query": {"module": "Candidates", "page": 0}}, "INVALID_DATA"),
        ({"query": {"module": "Candidates", "cvid": "1"}}, "INVALID_DATA"),
        ({"query": {"module": "Candidates"}, "file_type": "ics"}, "INVALID_DATA"),
        ({"query": {"module": "Applications"}}, "MODULE_NOT_AVAILABLE"),
        ({"query": {"module": "Campaigns"}}, "MODULE_NOT_AVAILABLE"),
        ({"query": {"module": "Candidates", "selectfields": ["Town"]}}, "FIELD_NOT_AVAILABLE"),
        ({"query": {"module": "Contacts", "selectfields": ["Client_Name.Town"]}}, "FIELD_NOT_AVAILABLE"),
        ({"query": {"module": "Contacts", "selectfields": ["Email.id"]}}, "FIELD_NOT_AVAILABLE"),
        (
            {"query": {"module": "Candidates"}, "callback": {"url": "http://x", "method": "post"}},
            "INVALID_CALLBACK_URL",
        ),
        ({"query": {"module": "Candidates", "criteria": {"api_name": "City"}}}, "INVALID_CRITERIA"),
        ({"query": {"module": "Candidates", "criteria": leaf("City", "equals", "x")}}, "INVALID_CRITERIA"),
        ({"query": {"module": "Candidates", "criteria": leaf("Town", "equal", "x")}}, "FIELD_NOT_AVAILABLE"),
        (
            {"query": {"module": "Candidates", "criteria": leaf("Email_Opt_Out", "contains", "x")}},
            "FIELD_AND_COMPARATOR_IN_CRITERIA_NOT_COMPATIBLE",
        ),
        (
            {
                "query": {
                    "module": "Candidates",
                    "criteria": {"group_operator": "or", "group": [leaf("City", "equal", "x")] * 26},
                }
            },
            "CRITERIA_LIMIT_EXCEEDED",
        ),
        (
            {"query": {"module": "Candidates", "criteria": leaf("City", "in", ["x"] * 101)}},
            "VALUE_LIMIT_EXCEEDED_IN_CRITERIA",
        ),
    ],
)
def test_refusals(bulk: Zoho, body: Any, code: str) -> None:
    """A wrong body is refused with bulk read's own codes, and no job is made."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    got = bulk.bulk("POST", content=content)
    assert (got.status_code, got.json()["code"]) == (400, code)
    assert not bulk.state.bulk.jobs


def test_unknown_job(bulk: Zoho) -> None:
    """An unknown id is RESOURCE_NOT_FOUND for details and result."""
    for path in ("/200001000000699999", "/200001000000699999/result"):
        got = bulk.bulk("GET", path)
        assert (got.status_code, got.json()["code"]) == (404, "RESOURCE_NOT_FOUND")


@pytest.mark.parametrize(("tell", "header"), [(False, None), (True, "60")])
def test_ten_downloads_a_minute(bulk: Zoho, tell: bool, header: str | None) -> None:
    """The eleventh download within a minute is 429, with Retry-After by switch; after the minute it works again."""
    bulk.settings(tell_retry_after=tell)
    path = f"/{job(bulk, selectfields=['Email'])}/result"
    assert [bulk.bulk("GET", path).status_code for _ in range(10)] == [200] * 10
    refused = bulk.bulk("GET", path)
    assert (refused.status_code, refused.json()["code"]) == (429, "TOO_MANY_REQUESTS")
    assert refused.headers.get("Retry-After") == header
    bulk.control("POST", "clock", {"advance_seconds": 60})
    assert bulk.bulk("GET", path).status_code == 200


@pytest.mark.parametrize("scope", ["bulk", "modules", "modules.candidate"])
def test_scopes(bulk: Zoho, scope: str) -> None:
    """A job needs the bulk scope and that of its module."""
    bulk.settings(missing_scopes=[scope])
    got = bulk.bulk("POST", json={"query": {"module": "Candidates"}})
    assert (got.status_code, got.json()["code"]) == (401, "OAUTH_SCOPE_MISMATCH")


def test_a_cut_download_can_be_fetched_again(bulk: Zoho) -> None:
    """Half a zip and a closed connection; the next download of the same job is whole."""
    job_id = job(bulk, selectfields=["Email"])
    bulk.control("POST", "faults", {"kind": "cut_middle", "path": "/result"})
    with pytest.raises(httpx.RemoteProtocolError):
        bulk.bulk("GET", f"/{job_id}/result")
    assert len(unpacked(bulk.bulk("GET", f"/{job_id}/result"), job_id)) == 985


def test_records_are_chosen_when_the_job_is_made(bulk: Zoho) -> None:
    """A record that comes later is in the next job; the count and the file of a job agree."""
    first = job(bulk, selectfields=["City"])
    bulk.control("POST", "records/Candidates/add", {"records": [{"Last_Name": "Late"}]})
    assert details(bulk, first)["result"]["count"] == len(unpacked(bulk.bulk("GET", f"/{first}/result"), first)) == 985
    assert len(rows_of(bulk)) == 986
