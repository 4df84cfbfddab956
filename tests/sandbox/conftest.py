"""One sandbox over real HTTP for all tests of this folder, made anew before each of them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from include.sandbox.server import Sandbox, running

ANCHOR = datetime(2026, 3, 2, 12, tzinfo=UTC)
CREDENTIALS = {
    "grant_type": "refresh_token",
    "client_id": "sandbox-client",
    "client_secret": "sandbox-secret-0000",
    "refresh_token": "sandbox-refresh-0000",
}
MODULES = [
    "Candidates",
    "Contacts",
    "Clients",
    "Job_Openings",
    "Applications",
    "Alumni",
    "Speakers",
    "Venues",
    "Campaigns",
]
BOTH = {"converted": "both", "approved": "both"}


class Zoho:
    """A small client: ``get`` and its like carry a token and speak to Recruit, ``control`` to the control routes."""

    def __init__(self, sandbox: Sandbox, http: httpx.Client) -> None:
        self.state = sandbox.state
        self.http = http
        self.token = self.new_token()

    def new_token(self) -> str:
        self.token = str(self.http.post("/oauth/v2/token", data=CREDENTIALS).json().get("access_token"))
        return self.token

    def call(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Zoho-oauthtoken {self.token}", **more.pop("headers", {})}
        return self.http.request(method, f"/recruit/v2/{path}", headers=headers, **more)

    def get(self, path: str, since: str | None = None, **params: Any) -> httpx.Response:
        return self.call("GET", path, params=params, headers={"If-Modified-Since": since} if since else {})

    def all(self, path: str = "Candidates", since: str | None = None, **params: Any) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        page = 1
        while True:
            answer = self.get(path, since, page=page, **params)
            if answer.status_code in (204, 304):
                return rows
            rows += answer.json()["data"]
            if not answer.json()["info"]["more_records"]:
                return rows
            page += 1

    def bulk(self, method: str, path: str = "", **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Zoho-oauthtoken {self.token}"}
        return self.http.request(method, f"/recruit/bulk/v2/read{path}", headers=headers, **more)

    def settings(self, **values: Any) -> None:
        self.control("POST", "settings", values)

    def count(self) -> int:
        return len(self.all(fields="Email", **BOTH))

    def control(self, method: str, path: str, json: Any = None, status: int = 200) -> Any:
        answer = self.http.request(method, f"/_sandbox/{path}", json=json)
        assert answer.status_code == status, answer.text
        return answer.json()

    def kinds(self, module: str = "Candidates") -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.control("GET", f"kinds/{module}")
        return rows

    def of_kind(self, kind: str, module: str = "Candidates") -> dict[str, Any]:
        return next(row for row in self.kinds(module) if row["kind"] == kind)


@pytest.fixture(scope="session")
def server() -> Iterator[Sandbox]:
    with running(candidates=1000, seed=7, anchor=ANCHOR.isoformat()) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def http(server: Sandbox) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=10, verify=False) as client:  # noqa: S501 - plain HTTP on loopback
        yield client


@pytest.fixture
def zoho(server: Sandbox, http: httpx.Client) -> Zoho:
    server.state.reset({})
    server.state.clock.set(ANCHOR)
    return Zoho(server, http)


@pytest.fixture
def every(zoho: Zoho) -> Zoho:
    """The same with every module on offer."""
    zoho.settings(modules=MODULES)
    return zoho
