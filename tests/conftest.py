"""What every test may use: a real Postgres with a fresh, migrated warehouse per test, and no network but loopback."""

import gc
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cryptography.fernet import Fernet
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

import tests.airflow_home  # noqa: F401 - before anything imports airflow
from contact_sync.warehouse.database import Warehouse, open_warehouse
from contact_sync.warehouse.migrate import migrate
from tests.one_pool import one_pool

pytest_plugins = ["tests.rules_plugin", "tests.scheduling"]
KEY = Fernet.generate_key().decode()
TEMPLATE = "warehouse_template"
ROOM_IN_MEMORY = 2 * 1024**3


def pytest_collection_finish() -> None:
    """Thousands of tests and whole libraries stay until the end: the collector need not look at them each time."""
    gc.collect()
    gc.freeze()


class Copies:
    """Copies of template databases, each for one test; one in which nothing was written serves the next as well."""

    def __init__(self, connection: "psycopg.Connection[Any]") -> None:
        self._connection = connection
        self._unwritten: dict[str, str] = {}
        self._at = 0

    def take(self, template: str) -> str:
        """The name of a database that is as its template."""
        name = self._unwritten.pop(template, None)
        if name is None:
            name = f"warehouse_{uuid.uuid4().hex[:12]}"
            # By files it takes two thirds of the time that it takes by the log, where nothing waits for the disk.
            self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
        self._at = self._next_transaction()
        return name

    def give_back(self, template: str, name: str) -> None:
        """Remove it, or keep it if no transaction of the whole server has written since it was taken."""
        self._execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        if self._next_transaction() == self._at:
            self._unwritten[template] = name
        else:
            self._execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    def _next_transaction(self) -> int:
        """The number that the next transaction gets that writes; sequences are written, too."""
        (row,) = self._execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
        return int(row[0])

    def _execute(self, statement: str) -> list[Any]:
        cursor = self._connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


@pytest.fixture(autouse=True)
def _loopback_only(socket_enabled: None) -> None:
    import pytest_socket

    pytest_socket.socket_allow_hosts(["127.0.0.1", "localhost", "::1"], allow_unix_socket=True)


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a server of this test process's own, with the migrated template database."""
    from include.local import postgres

    with (
        _in_memory() as folder,
        postgres.running_postgres(folder or tmp_path_factory.mktemp("postgres"), fast=True) as server,
    ):
        administer(server.url, f'CREATE DATABASE "{TEMPLATE}"')
        template = create_engine(database_url(server.url, TEMPLATE), poolclass=NullPool)
        migrate(template)
        with template.begin() as connection:  # months of the fixed dates in tests, whatever today is
            connection.execute(text("SELECT sync.make_ledger_partitions('2026-11-01', 2)"))
        yield server.url


@contextmanager
def _in_memory() -> Iterator[Path | None]:
    """A new folder in memory for the files of a server, None where there is no room for one.

    A database of its own for each test makes and removes thousands of files: on a disk the kernel spends more time on
    them than the tests take.
    """
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK) or shutil.disk_usage(memory).free < ROOM_IN_MEMORY:
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="contact-sync-tests-", dir=memory))
    folder.chmod(0o711)  # the server's own user has to get through
    try:
        yield folder / "postgres"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def warehouse_template() -> str:
    """The database that a fresh warehouse is a copy of; a file of tests may have its own."""
    return TEMPLATE


@pytest.fixture(scope="session")
def copies(postgres_url: str) -> Iterator[Copies]:
    """Copies of templates on the server of this test process, made and removed by one session."""
    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as connection:
        yield Copies(connection)


@pytest.fixture
def warehouse_url(postgres_url: str, copies: Copies, warehouse_template: str) -> Iterator[str]:
    """URL of a fresh, migrated warehouse."""
    name = copies.take(warehouse_template)
    yield database_url(postgres_url, name)
    copies.give_back(warehouse_template, name)


@pytest.fixture
def warehouse(warehouse_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Warehouse]:
    """A fresh, migrated warehouse, opened. Its connections stay open and serve the stages, too: see one_pool.py."""
    monkeypatch.setenv("CONTACT_SYNC_KEY", os.environ.get("CONTACT_SYNC_KEY") or KEY)
    opened = open_warehouse(warehouse_url, os.environ["CONTACT_SYNC_KEY"])
    with opened.kept_open("contact-sync tests") as kept:
        yield one_pool(kept)


def database_url(server_url: str, name: str) -> str:
    """The URL of another database on the same server, with the driver named."""
    url = make_url(server_url).set(drivername="postgresql+psycopg", database=name)
    return url.render_as_string(hide_password=False)


def administer(server_url: str, statement: str) -> None:
    """A statement about whole databases. By the driver alone: an engine would ask the server six questions first."""
    with psycopg.connect(server_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(statement.encode())
