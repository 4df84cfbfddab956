"""Everything that a task finds in a real run: connections, an include folder, the sandbox, a warehouse."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy.engine import make_url

import tests.airflow_home  # must come before airflow
from contact_sync.warehouse.database import Warehouse
from tests.small_sandbox import sandbox_fixtures

SYNC = {
    "name": "Nightly",
    "created": "2026-11-01",
    "account": "recruit_demo",
    "list": "Talent news",
    "schedule": {"frequency": "daily", "at": "02:00"},
}


server_url, sandbox = sandbox_fixtures(120, scope="package")


@pytest.fixture
def ready(
    sandbox: str, warehouse: Warehouse, warehouse_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Warehouse:
    """A warehouse that tasks find by its connection; an account and the sync `nightly` are there too."""
    folder = tmp_path / "include"
    folder.mkdir()
    for name in ("sql", "expectations", "reference", "organisation.yaml"):
        (folder / name).symlink_to(tests.airflow_home.PROJECT / "include" / name)
    (folder / "syncs").mkdir()
    monkeypatch.setenv("CONTACT_SYNC_INCLUDE", str(folder))
    write_sync()
    parts = make_url(warehouse_url)
    connect(
        monkeypatch,
        "contacts_warehouse",
        conn_type="contacts_warehouse",
        host=parts.host,
        port=parts.port,
        login=parts.username,
        password=parts.password,
        schema=parts.database,
    )
    connect_account(monkeypatch, sandbox)
    return warehouse


def write_sync(sync_id: str = "nightly", **changes: Any) -> None:
    """Write the file of a sync into the include folder in force."""
    from contact_sync.paths import include_folder

    path = include_folder() / "syncs" / f"{sync_id}.yaml"
    path.write_text(yaml.safe_dump({**SYNC, **changes}), encoding="utf-8")


def connect_account(
    monkeypatch: pytest.MonkeyPatch,
    sandbox: str,
    refresh_token: str = "sandbox-refresh-0000",  # noqa: S107 - published by the sandbox
) -> None:
    """Point the account's connection at the sandbox."""
    extra = {"refresh_token": refresh_token, "accounts_host": sandbox, "api_root": sandbox}
    values = {"conn_type": "zoho_recruit", "login": "sandbox-client", "password": "sandbox-secret-0000"}
    connect(monkeypatch, "recruit_demo", **values, extra=extra)


def connect(monkeypatch: pytest.MonkeyPatch, conn_id: str, **values: Any) -> None:
    """An Airflow connection by environment variable."""
    monkeypatch.setenv(f"AIRFLOW_CONN_{conn_id.upper()}", json.dumps(values))
