"""Listing, single records and deleted records."""

from datetime import datetime, timedelta

import pytest

from tests.sandbox.conftest import ANCHOR, BOTH, Zoho


def test_pages_hold_every_live_record_once(zoho: Zoho) -> None:
    """The pages of converted=both, approved=both are exactly the live records, by ascending id, 200 to a page."""
    first = zoho.get("Candidates", **BOTH).json()
    assert first["info"] == {"per_page": 200, "count": 200, "page": 1, "more_records": True}
    ids = [row["id"] for row in zoho.all(**BOTH)]
    assert ids == [row["id"] for row in zoho.kinds()]
    assert ids == sorted(ids)
    assert len(ids) == len(set(ids)) == 1000 - 15
    assert {len(each) for each in ids} == {18}


@pytest.mark.parametrize("converted", ["true", "false", "both", None])
@pytest.mark.parametrize("approved", ["true", "false", "both", None])
def test_converted_and_approved(zoho: Zoho, converted: str | None, approved: str | None) -> None:
    """Converted and unapproved records are hidden unless asked for."""
    asked = {name: value for name, value in (("converted", converted), ("approved", approved)) if value}
    wanted = {
        row["id"]
        for row in zoho.kinds()
        if (converted == "both" or row["converted"] == (converted == "true"))
        and (approved == "both" or row["approved"] == (approved != "false"))
    }
    assert {row["id"] for row in zoho.all(fields="Email", **asked)} == wanted


def test_fields(zoho: Zoho) -> None:
    """Only what was asked comes, with the id; unknown names are left out and noted in the call log."""
    row = zoho.get("Candidates", fields="Email,Nonsense,$converted").json()["data"][0]
    assert list(row) == ["id", "Email", "$converted"]
    assert zoho.control("GET", "calls")[-1]["unknown_fields"] == ["Nonsense"]
    zoho.control("POST", "settings", {"system_fields": "always"})
    assert "$approved" in zoho.get("Candidates", fields="Email").json()["data"][0]
    assert len(zoho.get("Candidates").json()["data"][0]) == 35


def test_modified_since_is_inclusive(zoho: Zoho) -> None:
    """If-Modified-Since lets records through whose change time is that instant or later, in whatever offset it is
    written.
    """
    truth = zoho.kinds()
    at = sorted(row["updated_on"] for row in truth)[-40]
    wanted = {row["id"] for row in truth if datetime.fromisoformat(row["updated_on"]) >= datetime.fromisoformat(at)}
    assert {row["id"] for row in zoho.all(since=at, **BOTH)} == wanted
    in_utc = datetime.fromisoformat(at) - timedelta(hours=2)
    assert {row["id"] for row in zoho.all(since=f"{in_utc:%Y-%m-%dT%H:%M:%S}Z", **BOTH)} == wanted
    assert len(zoho.all(since=f"{in_utc:%Y-%m-%dT%H:%M:%S}.5Z", **BOTH)) < len(wanted)


def test_nothing_modified_is_304_nothing_there_is_204(zoho: Zoho) -> None:
    """304 without a body for nothing modified, 204 for nothing to return; both carry the sandbox's date."""
    unchanged = zoho.get("Candidates", since=ANCHOR.isoformat())
    beyond = zoho.get("Candidates", page=99)
    assert [(each.status_code, each.content) for each in (unchanged, beyond)] == [(304, b""), (204, b"")]
    assert unchanged.headers["Date"] == beyond.headers["Date"] == "Mon, 02 Mar 2026 12:00:00 GMT"


@pytest.mark.parametrize("since", ["2026-03-01T00:00:00", "Mon, 02 Mar 2026 12:00:00 GMT", "yesterday"])
def test_modified_since_needs_an_offset(zoho: Zoho, since: str) -> None:
    """A header that is no ISO date-time with an offset is refused, not guessed at."""
    got = zoho.get("Candidates", since=since)
    assert (got.status_code, got.json()["details"]["api_name"]) == (400, "If-Modified-Since")


def test_times_carry_the_organisations_offset(zoho: Zoho) -> None:
    """Date-times have the organisation's offset and name the same instant under another one."""
    one = zoho.get("Candidates", per_page=1).json()["data"][0]
    zoho.control("POST", "settings", {"utc_offset": "-05:30"})
    other = zoho.get("Candidates", per_page=1).json()["data"][0]
    assert one["Updated_On"].endswith("+02:00")
    assert other["Updated_On"].endswith("-05:30")
    assert datetime.fromisoformat(one["Updated_On"]) == datetime.fromisoformat(other["Updated_On"])


@pytest.mark.parametrize("field", ["Updated_On", "Created_Time", "Last_Name", "Experience_in_Years", "id"])
@pytest.mark.parametrize("order", ["asc", "desc"])
def test_sorting(zoho: Zoho, field: str, order: str) -> None:
    """sort_by orders by any field in both directions, and no page overlaps another."""
    rows = zoho.all(fields=field, sort_by=field, sort_order=order, **BOTH)
    values = [row[field].casefold() if isinstance(row[field], str) else row[field] for row in rows]
    assert values == sorted(values, reverse=order == "desc")
    assert len({row["id"] for row in rows}) == len(rows) == 985


def test_views(zoho: Zoho) -> None:
    """cvid narrows to the view; the engineers are a quarter to a third of the people."""
    truth = zoho.kinds()
    for view in zoho.get("settings/custom_views", module="Candidates").json()["custom_views"]:
        wanted = {row["id"] for row in truth if view["id"] in row["view_ids"]}
        assert {row["id"] for row in zoho.all(fields="Email", cvid=view["id"], **BOTH)} == wanted
        assert 0 < len(wanted) <= len(truth)
    engineers = zoho.all(cvid="200001000000007002", **BOTH)
    assert 0.25 < len(engineers) / len(truth) < 0.35
    assert all("Engineer" in row["Current_Job_Title"] and row["Experience_in_Years"] >= 5 for row in engineers)
    assert zoho.get("Candidates", cvid="1").json()["details"]["api_name"] == "cvid"


def test_page_ceiling(zoho: Zoho) -> None:
    """A ceiling ends the listing early, its full last page saying that there is no more."""
    zoho.control("POST", "settings", {"page_ceiling": 400})
    assert zoho.count() == 400
    last = zoho.get("Candidates", page=2, **BOTH).json()["info"]
    assert last == {"per_page": 200, "count": 200, "page": 2, "more_records": False}


@pytest.mark.parametrize(
    ("params", "status", "code", "says"),
    [
        ({"pege": 1}, 400, "SANDBOX_UNKNOWN_PARAMETER", "Did you mean 'page'?"),
        ({"per_page": 201}, 400, "INVALID_DATA", "from 1 to 200"),
        ({"page": 0}, 400, "INVALID_DATA", "from 1"),
        ({"converted": "maybe"}, 400, "INVALID_DATA", "true, false, both"),
        ({"sort_by": "Updated"}, 400, "INVALID_DATA", "no field 'Updated'"),
    ],
)
def test_wrong_parameters_are_loud(zoho: Zoho, params: dict[str, object], status: int, code: str, says: str) -> None:
    """A wrong parameter never passes silently."""
    got = zoho.get("Candidates", **params)
    assert (got.status_code, got.json()["code"]) == (status, code)
    assert says in got.json()["message"]


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "Candidates/searches", 404, "INVALID_URL_PATTERN"),
        ("GET", "../v3/Candidates", 404, "INVALID_URL_PATTERN"),
        ("GET", "Candidate", 400, "INVALID_MODULE"),
        ("GET", "Reports", 400, "INVALID_MODULE"),
        ("DELETE", "settings/fields", 400, "INVALID_REQUEST_METHOD"),
        ("PATCH", "Candidates", 400, "INVALID_REQUEST_METHOD"),
    ],
)
def test_unknown_routes(zoho: Zoho, method: str, path: str, status: int, code: str) -> None:
    """Routes that are not served, modules that are not offered and wrong methods answer as Zoho does."""
    got = zoho.call(method, path)
    assert (got.status_code, got.json()["code"]) == (status, code)


def test_single_record(zoho: Zoho) -> None:
    """One record by id whatever its flags; an unknown or deleted one is 204."""
    hidden = zoho.of_kind("converted")
    got = zoho.get(f"Candidates/{hidden['id']}").json()["data"]
    assert [(row["id"], row["Email"], row["$converted"]) for row in got] == [(hidden["id"], hidden["email"], True)]
    gone = zoho.get("Candidates/deleted").json()["data"][0]["id"]
    assert [zoho.get(f"Candidates/{each}").status_code for each in (gone, "200001000001000001")] == [204, 204]


@pytest.mark.parametrize(("kind", "count"), [("all", 15), ("recycle", 10), ("permanent", 5), ("Recycle", 10)])
def test_deleted(zoho: Zoho, kind: str, count: int) -> None:
    """Deleted records by type, with the keys of Zoho's answer, paged."""
    rows = zoho.all("Candidates/deleted", type=kind, per_page=4)
    assert len(rows) == len({row["id"] for row in rows}) == count
    keys = {"deleted_by", "id", "display_name", "type", "created_by", "deleted_time"}
    assert all(row.keys() == keys and kind.lower() in ("all", row["type"]) for row in rows)
    assert not {row["id"] for row in rows} & {row["id"] for row in zoho.kinds()}
    assert zoho.get("Candidates/deleted", type="some").json()["code"] == "INVALID_DATA"


def test_deleted_since_and_retention(zoho: Zoho) -> None:
    """If-Modified-Since narrows deletions; after 60 days the bin counts as permanent, after 120 nothing is told."""
    times = [row["deleted_time"] for row in zoho.all("Candidates/deleted")]
    assert times == sorted(times)
    assert len(zoho.all("Candidates/deleted", since=times[-3])) == 3
    assert zoho.get("Candidates/deleted", since=ANCHOR.isoformat()).status_code == 204
    zoho.control("POST", "clock", {"advance_seconds": 61 * 86_400})
    zoho.new_token()
    assert zoho.get("Candidates/deleted", type="recycle").status_code == 204
    assert len(zoho.all("Candidates/deleted", type="permanent")) == 15 - sum(
        ANCHOR - datetime.fromisoformat(each) > timedelta(days=59) for each in times
    )
    zoho.control("POST", "clock", {"advance_seconds": 61 * 86_400})
    zoho.new_token()
    assert zoho.get("Candidates/deleted").status_code == 204


def test_cached_pages_follow_changes(zoho: Zoho) -> None:
    """A page asked twice is the same; after an edit it shows the edit."""
    one = zoho.get("Candidates", per_page=5)
    assert zoho.get("Candidates", per_page=5).content == one.content
    zoho.control("POST", "records/Candidates", {"edits": [{"id": one.json()["data"][0]["id"], "City": "Elsewhere"}]})
    again = zoho.get("Candidates", per_page=5).json()["data"]
    assert again[0]["City"] == "Elsewhere"
    assert again[1:] == one.json()["data"][1:]
