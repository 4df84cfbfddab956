"""The Recruit connection against the sandbox over HTTP."""

import re
from typing import Any

import pytest
import requests
from sqlalchemy import text

from contact_sync.core.ceilings import Allowance
from contact_sync.errors import CreditsExhausted
from contact_sync.hooks.clients import recruit_clients
from contact_sync.warehouse.database import Warehouse
from contact_sync.warehouse.reservations import BLOCK
from tests.hooks.connecting import SECRETS, connect_recruit
from tests.small_sandbox import sandbox_fixtures

server_url, sandbox = sandbox_fixtures(60)


def test_the_client_reads_and_its_calls_are_recorded(
    monkeypatch: pytest.MonkeyPatch, sandbox: str, warehouse: Warehouse
) -> None:
    """ACC-3, LIM-5: the token is kept encrypted in the warehouse, each call is in the ledger of the account."""
    client = connect_recruit(monkeypatch, sandbox).get_client(warehouse)
    rows = [row for page in client.records("Candidates", fields=["Email"]) for row in page.rows]
    assert len(rows) > 30
    with warehouse.transaction() as connection:
        account, cipher = connection.execute(text("SELECT account, cipher FROM sync.token")).one()
        calls = connection.execute(text("SELECT account, path, status FROM sync.credit ORDER BY credit_id")).all()
    assert account == "recruit_demo"
    assert bytes(cipher).startswith(b"gAAAA")  # Fernet
    assert {tuple(call) for call in calls} == {("recruit_demo", "/recruit/v2/Candidates", 200)}


def test_two_clients_share_one_token(monkeypatch: pytest.MonkeyPatch, sandbox: str, warehouse: Warehouse) -> None:
    """ACC-3: the second asks for none."""
    for _ in range(2):
        connect_recruit(monkeypatch, sandbox).get_client(warehouse).organisation()
    with warehouse.transaction() as connection:
        assert connection.execute(text("SELECT count(*) FROM sync.token_request")).scalar_one() == 1


def test_the_session_sends_no_secret(monkeypatch: pytest.MonkeyPatch, sandbox: str) -> None:
    """ACC-1: the HTTP provider would send login and extra with every request; the ZSC key is never sent."""
    hook = connect_recruit(monkeypatch, sandbox, extra={"proxies": {}, "verify": False})
    session = hook.get_conn(headers={"Accept": "application/json"})
    request = session.prepare_request(requests.Request("GET", f"{sandbox}/recruit/v2/org"))
    sent = f"{request.url} {request.headers}"
    assert request.headers["Accept"] == "application/json"
    assert "Authorization" not in request.headers
    assert not any(secret in sent for secret in SECRETS)
    assert session.verify is False  # what the extra says of TLS holds


def test_test_connection_names_organisation_edition_and_modules(monkeypatch: pytest.MonkeyPatch, sandbox: str) -> None:
    """ACC-2."""
    good, message = connect_recruit(monkeypatch, sandbox).test_connection()
    assert good, message
    assert re.match(r"Zylker\b.* \(\w.*, plan \w+\)\. Modules: ", message)
    assert "Candidates" in message
    assert "Candidates can be read, changes by Updated_On. Nothing is missing. Not tried: bulk read" in message


def settings(sandbox: str, **values: Any) -> None:
    requests.post(f"{sandbox}/_sandbox/settings", json=values, timeout=30).raise_for_status()


def test_test_connection_reads_the_plan_of_older_answers(monkeypatch: pytest.MonkeyPatch, sandbox: str) -> None:
    """ACC-2: Recruit tells the plan under two names."""
    settings(sandbox, license_shape="paid_type")
    try:
        _, message = connect_recruit(monkeypatch, sandbox).test_connection()
    finally:
        settings(sandbox, license_shape="plan_type")
    assert "plan enterprise)" in message


@pytest.mark.parametrize(
    ("scope", "good", "words"),
    [
        (
            "modules",
            False,
            "Missing: Zoho Recruit, GET /recruit/v2/Candidates: .*scope ZohoRecruit.modules.candidate.READ",
        ),
        ("search", True, "Missing for criteria that are searched for: .*scopes ZohoRecruit.search.READ and "),
    ],
)
def test_test_connection_tells_missing_scopes(
    monkeypatch: pytest.MonkeyPatch, sandbox: str, scope: str, good: bool, words: str
) -> None:
    """ACC-2, ACC-7: what lets syncs read is really tried; whatever is missing, the organisation is still named."""
    settings(sandbox, missing_scopes=[scope])
    try:
        works, message = connect_recruit(monkeypatch, sandbox).test_connection()
    finally:
        settings(sandbox, missing_scopes=[])
    assert works is good
    assert message.startswith("Zylker")
    assert re.search(words, message)
    assert "Nothing is missing" not in message


def test_a_look_at_the_account_notices_a_revoked_refresh_token(
    monkeypatch: pytest.MonkeyPatch, sandbox: str, warehouse: Warehouse
) -> None:
    """ACC-2, ACC-3: the stored access token still lives, and would not show it."""
    hook = connect_recruit(monkeypatch, sandbox)
    hook.get_client(warehouse).organisation()
    settings(sandbox, refresh_token="another-0000")
    try:
        good, message = hook.test_account(warehouse)
    finally:
        settings(sandbox, refresh_token="sandbox-refresh-0000")
    assert (good, "the refresh token (extra `refresh_token`) is wrong or has been revoked" in message) == (False, True)


def test_what_a_stage_reserved_and_did_not_spend_is_given_back(
    monkeypatch: pytest.MonkeyPatch, sandbox: str, warehouse: Warehouse
) -> None:
    """LIM-5: when it ends, however it ends."""
    connect_recruit(monkeypatch, sandbox)

    def reserved() -> int:
        with warehouse.transaction() as connection:
            held = connection.execute(text("SELECT sum(credits) FROM sync.credit_reservation")).scalar()
        return int(held or 0)

    with recruit_clients(warehouse, lambda _: Allowance(1000)) as make_client:
        make_client("recruit_demo", 5).organisation()
        assert reserved() == BLOCK - 1
    assert reserved() == 0
    with pytest.raises(CreditsExhausted):
        exhausted(warehouse)
    assert reserved() == 0


def exhausted(warehouse: Warehouse) -> None:
    """A stage that ends with an error."""
    with recruit_clients(warehouse, lambda _: Allowance(1000)) as make_client:
        make_client("recruit_demo", 6).organisation()
        raise CreditsExhausted("nothing left")
