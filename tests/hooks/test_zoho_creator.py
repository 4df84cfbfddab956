"""The Creator connection against the sandbox over HTTP."""

from typing import Any

import pytest
import requests
from sqlalchemy import text

from contact_sync.core.ceilings import NO_CEILING
from contact_sync.hooks.clients import clients
from contact_sync.warehouse.database import Warehouse
from contact_sync.zoho.creator import Report
from tests.hooks.connecting import SECRETS, connect_creator
from tests.small_sandbox import sandbox_fixtures

APPLICANTS = Report.of("zylker", "talent-desk", "All_Applicants", "dd-MMM-yyyy", "Europe/Berlin")

server_url, sandbox = sandbox_fixtures(20)


def turn(sandbox: str, route: str, body: dict[str, Any]) -> None:
    requests.post(f"{sandbox}/_sandbox/creator/{route}", json=body, timeout=30).raise_for_status()


def test_the_client_reads_and_its_calls_are_recorded(
    monkeypatch: pytest.MonkeyPatch, sandbox: str, warehouse: Warehouse
) -> None:
    """ACC-1, ACC-3, LIM-5: the token is shared through the warehouse; each call is booked on the account as one."""
    connect_creator(monkeypatch, sandbox)
    for _ in range(2):
        with clients(warehouse, "creator", lambda _: NO_CEILING) as make_client:
            client = make_client("creator_demo", None)  # type: ignore[arg-type] # calls of no fetch
            assert sum(len(page.rows) for page in client.rows(APPLICANTS, fields=["Email"])) == 1182
    with warehouse.transaction() as connection:
        asked = connection.execute(text("SELECT count(*) FROM sync.token_request")).scalar_one()
        calls = connection.execute(text("SELECT account, path, status, cost FROM sync.credit")).all()
    assert asked == 1
    assert [tuple(call) for call in calls] == [("creator_demo", APPLICANTS.path, 200, 1)] * 6


def test_the_session_sends_no_secret(monkeypatch: pytest.MonkeyPatch, sandbox: str) -> None:
    """ACC-1: neither login nor extra leave with a request."""
    session = connect_creator(monkeypatch, sandbox).get_conn()
    request = session.prepare_request(requests.Request("GET", f"{sandbox}{APPLICANTS.path}"))
    sent = f"{request.url} {request.headers}"
    assert "Authorization" not in request.headers
    assert not any(secret in sent for secret in SECRETS)


def test_a_look_at_the_account_is_counted(monkeypatch: pytest.MonkeyPatch, sandbox: str, warehouse: Warehouse) -> None:
    """ACC-2, ACC-3, LIM-5: with a token that tasks share afterwards, each call booked on the account."""
    good, message = connect_creator(monkeypatch, sandbox).test_account(warehouse)
    assert (good, "Owner zylker: Creator takes the token" in message) == (True, True)
    connect_creator(monkeypatch, sandbox).get_client(warehouse).fields(APPLICANTS)
    with warehouse.transaction() as connection:
        assert connection.execute(text("SELECT count(*) FROM sync.token_request")).scalar_one() == 1
        assert connection.execute(text("SELECT account, cost FROM sync.credit")).all() == [("creator_demo", 1)] * 2


def test_test_connection_names_the_owner(monkeypatch: pytest.MonkeyPatch, sandbox: str) -> None:
    """ACC-2: without a report to test it says what was not tried, and how to have it tried."""
    good, message = connect_creator(monkeypatch, sandbox).test_connection()
    assert good, message
    assert message.startswith("Owner zylker: Creator takes the token")
    assert "Not tried: whether a report can be read. Name one" in message


@pytest.mark.parametrize(
    ("report", "words"),
    [
        ("talent-desk/All_Applicants", "can be read. Fields: ID, Name, Email, "),
        ("talent-desk/All_Applicants", "Modified_Time. Nothing is missing."),
        ("talent-desk/Nobody_Yet", "It shows no record yet"),
        ("alumni-circle/All_Alumni", "Missing: the one e-mail field (found Email, Work_Email: name it"),
        ("alumni-circle/Guest_List", "Missing: the one e-mail field (found none"),
    ],
)
def test_test_connection_reads_a_report(monkeypatch: pytest.MonkeyPatch, sandbox: str, report: str, words: str) -> None:
    """ACC-2: whether a report can be read, and what is missing in it."""
    good, message = connect_creator(monkeypatch, sandbox, extra={"test_report": report}).test_connection()
    assert good, message
    assert message.startswith(f"Owner zylker: report {report} can be read.")
    assert words in message


def test_test_connection_tells_of_a_missing_change_time(monkeypatch: pytest.MonkeyPatch, sandbox: str) -> None:
    """ACC-2, SRC-11: what it costs, and the remedy."""
    turn(sandbox, "show", {"application": "talent-desk", "report": "All_Applicants", "hide": ["Modified_Time"]})
    hook = connect_creator(monkeypatch, sandbox, extra={"test_report": "talent-desk/All_Applicants"})
    assert "Missing: Modified_Time (add the column" in hook.test_connection()[1]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"extra": {"owner": " "}}, "give the owner (extra owner)"),
        ({"extra": {"owner": "zilker"}}, "code 1040"),
        ({"extra": {"test_report": "All_Applicants"}}, "'All_Applicants' is not APPLICATION/REPORT"),
        ({"extra": {"test_report": "talent-desk/Applicants"}}, "has no report with this link name"),
        ({"extra": {"test_report": "talent/All_Applicants"}}, "has no application with this link name"),
    ],
    ids=["no owner", "wrong owner", "half a report", "wrong report", "wrong application"],
)
def test_test_connection_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, sandbox: str, changes: dict[str, Any], words: str
) -> None:
    """ACC-2: the field to mend by its name in the form; no secret in the message."""
    good, message = connect_creator(monkeypatch, sandbox, **changes).test_connection()
    assert not good
    assert words in message
    assert not any(secret in message for secret in (*SECRETS, "wrong-0000"))


def test_a_missing_scope_is_named(monkeypatch: pytest.MonkeyPatch, sandbox: str) -> None:
    """ACC-7: the scope that would fix it."""
    turn(sandbox, "switches", {"scope_missing": True})
    good, message = connect_creator(monkeypatch, sandbox).test_connection()
    assert (good, "ZohoCreator.report.READ" in message) == (False, True)
