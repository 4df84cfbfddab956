"""Airflow's button "Test connection" under the limit of access tokens: the hook, run by Airflow, against the sandbox.

Airflow hands the hook a connection under a made-up name, which the registry of accounts does not know.
"""

import json
from collections.abc import Iterator

import pytest
import requests
from airflow.models.connection import Connection
from sqlalchemy import text

from contact_sync.hooks.zoho_account import NOT_COUNTED
from contact_sync.warehouse.database import Warehouse
from contact_sync.warehouse.token_requests import MOST_REQUESTS
from tests.hooks.connecting import connect_creator, connect_recruit
from tests.small_sandbox import sandbox_fixtures

server_url, sandbox = sandbox_fixtures(5)
TOKEN_PATH = "/oauth/v2/token"


@pytest.fixture
def at_hand(monkeypatch: pytest.MonkeyPatch, sandbox: str, warehouse: Warehouse) -> Iterator[Warehouse]:
    """The warehouse as the API server of Airflow finds it; the sandbox lets more tokens go than Zoho would."""
    url = warehouse.engine.url
    given = {
        "host": url.host,
        "port": url.port,
        "login": url.username,
        "password": url.password,
        "schema": url.database,
    }
    monkeypatch.setenv("AIRFLOW_CONN_CONTACTS_WAREHOUSE", json.dumps({"conn_type": "contacts_warehouse", **given}))
    settings(sandbox, max_tokens=100)
    yield warehouse
    settings(sandbox, max_tokens=10)


def settings(sandbox: str, **values: int) -> None:
    requests.post(f"{sandbox}/_sandbox/settings", json=values, timeout=30).raise_for_status()


def asked(sandbox: str) -> int:
    """Requests for tokens that the sandbox has seen."""
    calls = requests.get(f"{sandbox}/_sandbox/calls", timeout=30).json()
    return sum(call["path"] == TOKEN_PATH for call in calls)


def press(monkeypatch: pytest.MonkeyPatch, sandbox: str, name: str) -> tuple[bool, str]:
    """What the button does: a connection of a made-up name, and the hook that Airflow finds for it."""
    extra = {"refresh_token": "sandbox-refresh-0000", "accounts_host": sandbox, "api_root": sandbox}
    given = {"conn_type": "zoho_recruit", "login": "sandbox-client", "password": "sandbox-secret-0000"}
    monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", json.dumps({**given, "extra": extra}))
    tested: tuple[bool, str] = Connection(conn_id=name, **given, extra=json.dumps(extra)).test_connection()
    return tested


def test_the_button_shares_and_counts_as_the_account_does(
    monkeypatch: pytest.MonkeyPatch, sandbox: str, at_hand: Warehouse
) -> None:
    """ACC-3, LIM-5: known by its credentials, though another product's account has the same; ten in ten minutes."""
    for hook in (connect_creator(monkeypatch, sandbox), connect_recruit(monkeypatch, sandbox)):
        assert hook.test_account(at_hand)[0]
    before = asked(sandbox)
    good, told = press(monkeypatch, sandbox, "x1y2z3")
    assert (good, NOT_COUNTED in told) == (True, False)
    assert asked(sandbox) == before + 1
    with at_hand.transaction() as connection:
        by_account = connection.execute(text("SELECT account, count(*) FROM sync.token_request GROUP BY 1 ORDER BY 1"))
        assert [tuple(row) for row in by_account] == [("creator_demo", 1), ("recruit_demo", 2)]
        paths = connection.execute(text("SELECT DISTINCT account FROM sync.credit WHERE path LIKE '/recruit/%'"))
        assert list(paths.scalars()) == ["recruit_demo"]
    connect_recruit(monkeypatch, sandbox).get_client(at_hand).organisation()
    assert asked(sandbox) == before + 1  # the task works with the token that the button brought


def test_fifteen_presses_for_a_new_connection(
    monkeypatch: pytest.MonkeyPatch, sandbox: str, at_hand: Warehouse
) -> None:
    """ACC-3: counted by what it is: under fifteen names, before it is saved and after."""
    before = asked(sandbox)
    answers = [press(monkeypatch, sandbox, f"made_up_{number}") for number in range(MOST_REQUESTS + 5)]
    assert asked(sandbox) - before == MOST_REQUESTS
    assert [good for good, _ in answers] == [True] * MOST_REQUESTS + [False] * 5
    assert "This connection: 10 access tokens were asked for in the last ten minutes" in answers[-1][1]
    good, told = connect_recruit(monkeypatch, sandbox).test_account(at_hand)
    assert (good, "Account recruit_demo: 10 access tokens were asked for" in told) == (False, True)
    assert asked(sandbox) - before == MOST_REQUESTS
    with at_hand.transaction() as connection:
        assert connection.execute(text("SELECT count(*) FROM sync.token")).scalar_one() == 0


def test_without_a_warehouse_it_works_and_says_so(
    monkeypatch: pytest.MonkeyPatch, sandbox: str, at_hand: Warehouse
) -> None:
    """ACC-2, ACC-3: a warehouse that does not answer, and one that this package cannot use yet."""
    with at_hand.transaction() as connection:
        connection.execute(text("UPDATE sync.schema_version SET version_num = '0009'"))
    good, told = press(monkeypatch, sandbox, "early")
    assert (good, told.endswith(NOT_COUNTED)) == (True, True)
    monkeypatch.setenv("AIRFLOW_CONN_CONTACTS_WAREHOUSE", "postgresql://nobody@127.0.0.1:9/none")
    good, told = press(monkeypatch, sandbox, "alone")
    assert (good, told.endswith(NOT_COUNTED)) == (True, True)
