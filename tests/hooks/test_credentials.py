"""The fingerprint of an Airflow connection: what changes it, and when there is none (ACC-4)."""

import json
from typing import Any

import pytest

from contact_sync.hooks.credentials import credentials_fingerprint
from contact_sync.warehouse.database import Warehouse

EXTRA = {
    "refresh_token": "refresh-0000",
    "zsc_secret": "zsc-0000",
    "data_center": "eu",
    "primary_email": "Talent@zylker.example",
}


def connect(monkeypatch: pytest.MonkeyPatch, extra: dict[str, Any] | None = None, **changes: Any) -> None:
    values = {"conn_type": "zoho_recruit", "login": "client-0000", "password": "secret-0000"}
    given = {**values, "extra": {**EXTRA, **(extra or {})}, **changes}
    monkeypatch.setenv("AIRFLOW_CONN_RECRUIT_DEMO", json.dumps(given))


def seen(warehouse: Warehouse) -> str | None:
    return credentials_fingerprint("recruit_demo", warehouse)


@pytest.mark.parametrize(
    "change",
    [
        {"login": "client-1111"},
        {"password": "secret-1111"},
        {"extra": {"refresh_token": "refresh-1111"}},
        {"extra": {"zsc_secret": "zsc-1111"}},
        {"extra": {"zsc_secret": None}},
        {"extra": {"data_center": "us"}},
        {"extra": {"primary_email": "other@zylker.example"}},
    ],
    ids=lambda change: str([*change, *change.get("extra", {})]),
)
def test_each_of_the_six_changes_it(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any]
) -> None:
    """ACC-4: ZSC key, refresh token, client id or secret, data centre, primary e-mail."""
    connect(monkeypatch)
    before = seen(warehouse)
    connect(monkeypatch, **change)
    assert None not in (before, seen(warehouse))
    assert seen(warehouse) != before


@pytest.mark.parametrize(
    "change",
    [
        {"extra": {"accounts_host": "http://127.0.0.1:1234", "api_root": "http://127.0.0.1:1234"}},
        {"extra": {"data_center": "EU ", "primary_email": " talent@zylker.example"}},
        {"extra": {"proxies": {}, "verify": False}},
        {"description": "of the talent team", "port": 443},
    ],
    ids=["hosts", "spelling", "of the HTTP connection", "words"],
)
def test_what_is_no_credential_changes_nothing(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any]
) -> None:
    """ACC-4: a sandbox has another port every day; capital letters of an address make no other account."""
    connect(monkeypatch)
    before = seen(warehouse)
    connect(monkeypatch, **change)
    assert seen(warehouse) == before is not None


@pytest.mark.parametrize("lost", ["login", "password", "extra", "connection", "form", "key"])
def test_what_is_incomplete_has_none(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, lost: str) -> None:
    """ACC-4, OPS-1: no error comes before the run is in the history; the client, made later, says what is missing."""
    connect(monkeypatch, **{lost: ""} if lost in ("login", "password") else {"extra": {"refresh_token": None}})
    if lost == "connection":
        monkeypatch.delenv("AIRFLOW_CONN_RECRUIT_DEMO")
    elif lost == "form":
        monkeypatch.setenv("AIRFLOW_CONN_RECRUIT_DEMO", "{broken")
    elif lost == "key":
        connect(monkeypatch)
        warehouse = Warehouse(warehouse.engine, None)
    assert seen(warehouse) is None


def test_it_holds_nothing_of_the_connection(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """ACC-4: hexadecimal digits of a keyed hash."""
    connect(monkeypatch)
    found = seen(warehouse) or ""
    assert len(bytes.fromhex(found)) == 40
