"""The warehouse connection against a real server."""

import json

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from contact_sync.errors import ConfigError
from contact_sync.hooks.contacts_warehouse import ContactsWarehouseHook
from contact_sync.warehouse.database import Warehouse


def connect(monkeypatch: pytest.MonkeyPatch, url: str, **changes: object) -> ContactsWarehouseHook:
    """The hook of a connection that AIRFLOW_CONN_CONTACTS_WAREHOUSE gives."""
    parts = make_url(url)
    values = {
        "conn_type": "contacts_warehouse",
        "host": parts.host,
        "port": parts.port,
        "login": parts.username,
        "password": parts.password,
        "schema": parts.database,
    }
    monkeypatch.setenv("AIRFLOW_CONN_CONTACTS_WAREHOUSE", json.dumps({**values, **changes}))
    return ContactsWarehouseHook()


def test_the_hook_opens_the_warehouse(
    monkeypatch: pytest.MonkeyPatch, warehouse: Warehouse, warehouse_url: str
) -> None:
    """ACC-3: the connection and CONTACT_SYNC_KEY together are the warehouse; its sessions carry the name asked for."""
    opened = connect(monkeypatch, warehouse_url).get_warehouse("contact-sync fetch 7")
    with opened.transaction() as connection:
        row = connection.execute(text("SELECT current_database() AS name, current_setting('application_name') AS app"))
        assert tuple(row.one()) == (make_url(warehouse_url).database, "contact-sync fetch 7")
    assert opened.fernet.decrypt(warehouse.fernet.encrypt(b"token")) == b"token"


def test_what_airflow_itself_does_with_it_works_too(
    monkeypatch: pytest.MonkeyPatch, warehouse: Warehouse, warehouse_url: str
) -> None:
    """ACC-1: it is a Postgres hook: other DAGs may read the views through it."""
    assert connect(monkeypatch, warehouse_url).get_first("SELECT count(*) FROM sync.import_history") == (0,)


def test_test_connection_tells_version_and_migrations(
    monkeypatch: pytest.MonkeyPatch, warehouse: Warehouse, warehouse_url: str
) -> None:
    """ACC-2: what is there and whether tasks could work with it."""
    good, message = connect(monkeypatch, warehouse_url).test_connection()
    assert good, message
    assert message.startswith("Postgres 18")
    assert "the newest version" in message


def test_test_connection_says_how_to_migrate(
    monkeypatch: pytest.MonkeyPatch, warehouse: Warehouse, postgres_url: str
) -> None:
    """ACC-2: an empty database is reachable and still not good enough."""
    good, message = connect(monkeypatch, postgres_url, schema="postgres").test_connection()
    assert not good
    assert "not migrated yet" in message
    assert "contact-sync warehouse migrate" in message


def test_test_connection_fails_kindly(
    monkeypatch: pytest.MonkeyPatch, warehouse: Warehouse, warehouse_url: str
) -> None:
    """ACC-2: no server, no database name, no key: each says what to mend, none shows the password."""
    for changes, words in (
        ({"port": 1}, "did not answer"),
        ({"schema": ""}, "Database is empty"),
    ):
        good, message = connect(monkeypatch, warehouse_url, **changes, password="hunter22222").test_connection()
        assert not good
        assert words in message
        assert "hunter22222" not in message
    monkeypatch.delenv("CONTACT_SYNC_KEY")
    good, message = connect(monkeypatch, warehouse_url).test_connection()
    assert not good
    assert "CONTACT_SYNC_KEY" in message


def test_the_key_never_comes_from_the_connection(
    monkeypatch: pytest.MonkeyPatch, warehouse: Warehouse, warehouse_url: str
) -> None:
    """ACC-3: a missing key is an error, not a warehouse that stores tokens in clear."""
    monkeypatch.delenv("CONTACT_SYNC_KEY")
    with pytest.raises(ConfigError, match="CONTACT_SYNC_KEY"):
        connect(monkeypatch, warehouse_url).get_warehouse()


def test_tls_settings_and_socket_folders_reach_the_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    """ACC-1: the extra is passed on, Airflow's own keys are not; a socket folder as host works."""
    url = connect(
        monkeypatch,
        "postgresql://someone@db.example/contacts",
        host="/var/run/postgresql",
        extra={"sslmode": "verify-full", "cursor": "dictcursor"},
    ).warehouse_url()
    assert dict(url.query) == {"sslmode": "verify-full", "host": "/var/run/postgresql"}
    assert (url.drivername, url.database, url.username, url.host) == ("postgresql+psycopg", "contacts", "someone", None)
    create_engine(url)  # SQLAlchemy reads it
