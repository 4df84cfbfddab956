"""What the tests of `contact-sync doctor` stand on: connections of a sandbox and a warehouse, and all that is well."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from contact_sync.cli.app import main
from tests.small_sandbox import sandbox_fixtures

KEY = Fernet.generate_key().decode()
SECRETS = ("sandbox-secret-0000", "sandbox-refresh-0000", KEY)
Examine = Callable[..., tuple[int, dict[str, dict[str, Any]]]]


server_url, sandbox = sandbox_fixtures(20)


def zoho(sandbox: str, **changes: Any) -> str:
    """The connection of an account of the sandbox, as an AIRFLOW_CONN_… value."""
    extra = {"refresh_token": "sandbox-refresh-0000", "accounts_host": sandbox, "api_root": sandbox}
    given = {"conn_type": "zoho_recruit", "login": "sandbox-client", "password": "sandbox-secret-0000", "extra": extra}
    return json.dumps(given | changes)


def postgres(url: str, **changes: Any) -> str:
    """The connection of a warehouse, as an AIRFLOW_CONN_… value."""
    parts = make_url(url)
    given = {
        "conn_type": "contacts_warehouse", "host": parts.host, "port": parts.port, "login": parts.username,
        "password": parts.password, "schema": parts.database,
    }  # fmt: skip
    return json.dumps(given | changes)


@pytest.fixture
def healthy(folder: Path, with_warehouse: str, sandbox: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """All is well: key, warehouse, its Airflow connection, one account. The URL of the warehouse."""
    monkeypatch.setenv("CONTACT_SYNC_KEY", KEY)
    monkeypatch.setenv("AIRFLOW_CONN_CONTACTS_WAREHOUSE", postgres(with_warehouse))
    monkeypatch.setenv("AIRFLOW_CONN_RECRUIT_DEMO", zoho(sandbox))
    return with_warehouse


@pytest.fixture
def examine(folder: Path, capsys: pytest.CaptureFixture[str]) -> Examine:
    """Run `doctor --output json`: exit code, and the findings by subject."""

    def examine_now(*arguments: str) -> tuple[int, dict[str, dict[str, Any]]]:
        with pytest.raises(SystemExit) as ended:
            main(("doctor", "--output", "json", *arguments))
        said = capsys.readouterr().out
        assert not any(secret in said for secret in SECRETS)
        return int(ended.value.code or 0), {finding["subject"]: finding for finding in json.loads(said)}

    return examine_now


def execute(url: str, statement: str) -> None:
    """Write to a warehouse."""
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()
