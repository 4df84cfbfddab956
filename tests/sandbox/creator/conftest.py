"""Zoho Creator of the sandbox over real HTTP, made anew before each test."""

from typing import Any

import httpx
import pytest

from include.sandbox.server import Sandbox
from tests.sandbox.conftest import ANCHOR, CREDENTIALS

DESK = "zylker/talent-desk/report/All_Applicants"
ALUMNI = "zylker/alumni-circle/report/All_Alumni"


class Creator:
    """A small client: ``get`` asks a report with a token, ``control`` a control route of Creator."""

    def __init__(self, sandbox: Sandbox, http: httpx.Client) -> None:
        self.state = sandbox.state
        self.http = http
        self.token = self.new_token()

    def new_token(self) -> str:
        return str(self.http.post("/oauth/v2/token", data=CREDENTIALS).json()["access_token"])

    def get(self, report: str = DESK, cursor: str | None = None, **params: Any) -> httpx.Response:
        headers = {"Authorization": f"Zoho-oauthtoken {self.token}"}
        if cursor:
            headers["record_cursor"] = cursor
        return self.http.get(f"/creator/v2.1/data/{report}", params=params, headers=headers)

    def rows(self, report: str = DESK, **params: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        cursor = None
        while True:
            answer = self.get(report, cursor, **params)
            if answer.status_code == 404 and answer.json()["code"] == 3100:
                return found
            assert answer.status_code == 200, answer.text
            found += answer.json()["data"]
            cursor = answer.headers.get("record_cursor")
            if cursor is None:
                return found

    def refused(self, report: str = DESK, **params: Any) -> tuple[int, int]:
        answer = self.get(report, **params)
        assert "data" not in answer.json()
        return answer.status_code, answer.json()["code"]

    def control(self, route: str = "", body: Any = None, status: int = 200) -> Any:
        path = f"/_sandbox/creator{route}"
        answer = self.http.get(path) if body is None else self.http.post(path, json=body)
        assert answer.status_code == status, answer.text
        return answer.json()


@pytest.fixture
def creator(server: Sandbox, http: httpx.Client) -> Creator:
    server.state.reset({})
    server.state.clock.set(ANCHOR)
    return Creator(server, http)
