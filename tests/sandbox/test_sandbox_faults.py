"""Faults: which call they meet, what the client sees, and whether the effect took place."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.sandbox.conftest import BOTH, Zoho

NEW = {"data": [{"Last_Name": "Halloran", "Email": "rim.halloran@post.example.net"}]}


def fault(zoho: Zoho, **keys: Any) -> None:
    zoho.control("POST", "faults", keys)


@pytest.mark.parametrize(
    ("keys", "status", "retry_after", "says"),
    [
        ({"status": 429}, 429, None, "TOO_MANY_REQUESTS"),
        ({"status": 429, "retry_after": 3}, 429, "3", "TOO_MANY_REQUESTS"),
        ({"status": 401}, 401, None, "INVALID_TOKEN"),
        ({"status": 403, "code": "NO_PERMISSION", "message": "denied"}, 403, None, "denied"),
        ({"status": 500}, 500, None, "<html>"),
        ({"status": 500, "html": False}, 500, None, "INTERNAL_ERROR"),
    ],
)
def test_status(zoho: Zoho, keys: dict[str, Any], status: int, retry_after: str | None, says: str) -> None:
    """A status fault answers once in Zoho's shape (from 500 on as HTML), then all is well; the log names it."""
    fault(zoho, kind="status", **keys)
    got = zoho.get("Candidates")
    assert (got.status_code, got.headers.get("Retry-After")) == (status, retry_after)
    assert says in got.text
    assert got.headers["Date"] == "Mon, 02 Mar 2026 12:00:00 GMT"
    assert zoho.get("Candidates").status_code == 200
    assert [call["fault"] for call in zoho.control("GET", "calls")[-2:]] == ["status", None]
    assert zoho.control("GET", "faults") == []


def test_extra_headers(zoho: Zoho) -> None:
    """A fault may add headers, such as a rate limit's reset time."""
    fault(zoho, kind="status", headers={"X-RATELIMIT-RESET": "1772452800000"})
    assert zoho.get("org").headers["X-RATELIMIT-RESET"] == "1772452800000"


def test_matching(zoho: Zoho) -> None:
    """Method, a piece of path or query, nth matching call and number of times narrow a fault."""
    fault(zoho, kind="status", status=500, method="GET", path="page=2", nth=2, times=2)
    asked = (1, 2, 1, 2, 2, 2)
    assert [zoho.get("Candidates", page=each).status_code for each in asked] == [200, 200, 200, 500, 500, 200]


def test_until_deleted(zoho: Zoho) -> None:
    """times null acts until the queue is emptied; control routes never meet a fault."""
    fault(zoho, kind="status", status=500, times=None)
    assert [zoho.get("org").status_code for _ in range(3)] == [500] * 3
    left = zoho.control("GET", "faults")
    assert [(each["kind"], each["seen"], each["left"]) for each in left] == [("status", 3, None)]
    zoho.control("DELETE", "faults")
    assert zoho.get("org").status_code == 200


def test_several_in_order(zoho: Zoho) -> None:
    """Of several faults the first in the queue acts, the next at the following call."""
    zoho.control("POST", "faults", [{"kind": "status", "status": status} for status in (429, 403, 401)])
    assert [zoho.get("org").status_code for _ in range(4)] == [429, 403, 401, 200]


def test_slow(zoho: Zoho) -> None:
    """A slow call answers rightly, late, and holds nobody else up."""
    fault(zoho, kind="slow", seconds=0.3, path="org")
    began = time.monotonic()
    assert zoho.get("org").status_code == 200
    assert time.monotonic() - began >= 0.3


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize(
    ("kind", "written"), [("cut_before", 0), ("cut_after", 2), ("cut_middle", 2), ("cut_partway", 1)]
)
def test_cut_connection(zoho: Zoho, kind: str, written: int, method: str) -> None:
    """The client gets no answer; before the effect nothing was written, after it everything, partway the first items.
    The log tells of the effect, though nobody was answered.
    """
    items: list[dict[str, Any]] = [{"Last_Name": "Halloran", "Email": f"rim{each}@b.example.net"} for each in (1, 2)]
    did = "insert"
    if method == "PUT":
        items = [{"id": row["id"], "City": "Atlantis"} for row in zoho.kinds()[:2]]
        did = "update"
    fault(zoho, kind=kind, method=method, path="Candidates")
    with pytest.raises(httpx.RemoteProtocolError):
        zoho.call(method, "Candidates" if method == "PUT" else "Candidates/upsert", json={"data": items})
    told = zoho.control("GET", "written/Candidates")["records"]
    assert [write["did"] for record in told for write in record["writes"]] == [did] * written
    logged = [call for call in zoho.control("GET", "calls") if call["fault"]]
    assert [(call["fault"], call["status"], call["rows"]) for call in logged] == [(kind, None, None)]
    assert [call.get("written") for call in logged] == [{did: written} if written else None]
    assert zoho.count() == 985 + (written if did == "insert" else 0)


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize(("kind", "written"), [("status", 0), ("status_after", 1)])
@pytest.mark.parametrize(("status", "says"), [(500, "<html>"), (429, "TOO_MANY_REQUESTS")])
def test_status_of_a_write(zoho: Zoho, kind: str, written: int, status: int, says: str, method: str) -> None:
    """An error status comes before the effect or hides that it took place; the next call is answered rightly."""
    row = zoho.of_kind("plain")
    path = "Candidates/upsert" if method == "POST" else f"Candidates/{row['id']}"
    body = {"data": [{"Email": row["email"], "Last_Name": "Moved"}]}
    fault(zoho, kind=kind, status=status, method=method, retry_after=2)
    got = zoho.call(method, path, json=body)
    assert (got.status_code, got.headers["Retry-After"]) == (status, "2")
    assert says in got.text
    found = zoho.get(f"Candidates/{row['id']}").json()["data"][0]["Last_Name"]
    assert (found == "Moved") is bool(written)
    assert len(zoho.control("GET", "written/Candidates")["records"]) == written
    assert zoho.call(method, path, json=body).json()["data"][0]["code"] == "SUCCESS"


@pytest.mark.parametrize(("kind", "written"), [("slow", 0), ("slow_after", 1)])
def test_slow_write_that_nobody_waits_for(zoho: Zoho, kind: str, written: int) -> None:
    """A client that gives up early finds nothing yet, or everything, by kind; the effect takes place in any case."""
    fault(zoho, kind=kind, seconds=0.3, path="upsert")
    with pytest.raises(httpx.ReadTimeout):
        zoho.call("POST", "Candidates/upsert", json=NEW, timeout=0.1)
    assert len(zoho.control("GET", "written/Candidates")["records"]) == written
    until = time.monotonic() + 5
    while zoho.control("GET", "calls")[-1]["fault"] != kind and time.monotonic() < until:
        time.sleep(0.02)
    assert len(zoho.control("GET", "written/Candidates")["records"]) == 1


@pytest.mark.parametrize(("kind", "written"), [("hold", 0), ("hold_after", 1)])
def test_held_call(zoho: Zoho, kind: str, written: int) -> None:
    """A held call waits before or after its effect until it is let go of; meanwhile others are answered."""
    fault(zoho, kind=kind, path="upsert")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(zoho.call, "POST", "Candidates/upsert", json=NEW)
        until = time.monotonic() + 5
        while not zoho.control("GET", "holds") and time.monotonic() < until:
            time.sleep(0.01)
        assert zoho.control("GET", "holds") == [
            {"method": "POST", "path": "/recruit/v2/Candidates/upsert", "kind": kind}
        ]
        assert len(zoho.control("GET", "written/Candidates")["records"]) == written
        assert zoho.get("org").status_code == 200
        assert not waiting.done()
        assert zoho.control("DELETE", "holds") == []
        assert waiting.result(5).json()["data"][0]["code"] == "SUCCESS"
    assert len(zoho.control("GET", "written/Candidates")["records"]) == 1


def test_ok_with_error_body(zoho: Zoho) -> None:
    """A 200 whose body is an error, without effect."""
    fault(zoho, kind="ok_with_error_body")
    got = zoho.call("POST", "Candidates/upsert", json=NEW)
    assert (got.status_code, got.json()["status"], got.json()["code"]) == (200, "error", "INTERNAL_ERROR")
    assert zoho.count() == 985


def test_early_more_records_false(zoho: Zoho) -> None:
    """A full page that says there is no more."""
    fault(zoho, kind="early_more_records_false", path="page=2")
    assert zoho.count() == 400
    assert zoho.count() == 985


@pytest.mark.parametrize("by", [3, -3])
def test_page_shift(zoho: Zoho, by: int) -> None:
    """A page begins some rows later or earlier: rows are lost or come twice, as when records vanish or appear
    meanwhile.
    """
    truth = [row["id"] for row in zoho.kinds()]
    fault(zoho, kind="page_shift", by=by, path="page=2")
    first, second = (zoho.get("Candidates", page=page, **BOTH).json()["data"] for page in (1, 2))
    assert [row["id"] for row in first] == truth[:200]
    assert [row["id"] for row in second] == truth[200 + by : 400 + by]
    assert [row["id"] for row in zoho.get("Candidates", page=2, **BOTH).json()["data"]] == truth[200:400]


def test_token_faults(zoho: Zoho) -> None:
    """The accounts server meets faults too."""
    fault(zoho, kind="status", status=500, path="/oauth/")
    assert zoho.http.post("/oauth/v2/token").status_code == 500


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ({"kind": "cut_befor"}, "Did you mean 'cut_before'?"),
        ({"kind": "slow", "second": 1}, "Did you mean 'seconds'?"),
        ({"kind": "status", "status": 200}, "400 to 599"),
        ({"kind": "status", "nth": 0}, "from 1"),
        ({"kind": "status", "times": 0}, "from 1"),
        ({"kind": "slow", "seconds": "1"}, "seconds from 0"),
        ({"kind": "slow", "method": "FETCH"}, "GET, POST, PUT, DELETE"),
        ({}, "Fault kind '' is unknown"),
    ],
)
def test_wrong_faults(zoho: Zoho, keys: dict[str, Any], says: str) -> None:
    """A fault that would never act is refused with what is allowed, and nothing is queued."""
    assert says in zoho.control("POST", "faults", keys, status=400)["message"]
    assert zoho.control("GET", "faults") == []
