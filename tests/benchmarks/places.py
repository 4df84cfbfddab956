"""The real parts that are measured: a Postgres with fsync on, warehouses in it, a sandbox in a process of its own."""

import os
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import requests
from cryptography.fernet import Fernet
from psycopg import sql
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from contact_sync.config.loader import load_syncs
from contact_sync.config.resolved import ResolvedSync
from contact_sync.paths import include_folder
from contact_sync.warehouse.credits import record_calls
from contact_sync.warehouse.database import Warehouse, open_warehouse
from contact_sync.warehouse.migrate import migrate
from contact_sync.warehouse.tokens import WarehouseTokenStore
from contact_sync.zoho.auth import Credentials
from contact_sync.zoho.recruit import RecruitClient
from contact_sync.zoho.transport import Transport
from include.local import postgres

PROJECT = Path(__file__).resolve().parents[2]
TEMPLATE = "warehouse_template"
KEY = Fernet.generate_key().decode()
SYNC_ID = "candidates_daily"


@dataclass
class Place:
    """A server with the migrated template. `pid` is the server's, for its CPU seconds."""

    server: postgres.Server

    @property
    def pid(self) -> int:
        """The process id of the server."""
        return self.server.process.pid

    @contextmanager
    def warehouse(self) -> Iterator[Warehouse]:
        """A fresh, migrated warehouse, dropped afterwards; the server starts from a checkpoint."""
        name = f"bench_{uuid.uuid4().hex[:12]}"
        self.administer(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*map(sql.Identifier, (name, TEMPLATE))))
        self.settle()
        try:
            yield open_warehouse(self.server.url_of(name), KEY, "contact-sync benchmark")
        finally:
            self.administer(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def settle(self) -> None:
        """A checkpoint, so that no measured part pays for what an earlier one wrote."""
        self.administer(sql.SQL("CHECKPOINT"))

    def administer(self, statement: sql.Composed | sql.SQL) -> None:
        with psycopg.connect(self.server.url_of("postgres", driver=""), autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def place() -> Iterator[Place]:
    """A Postgres of its own on this disk, as safe against crashes as in production."""
    folder = Path(tempfile.mkdtemp(prefix="contact-sync-bench-", dir="/var/tmp"))
    with postgres.running_postgres(folder / "postgres", fast=False) as server:
        server.ensure_database(TEMPLATE)
        migrate(create_engine(server.url_of(TEMPLATE), poolclass=NullPool))
        yield Place(server)
    folder.rmdir()


@contextmanager
def sandbox(candidates: int) -> Iterator[tuple[str, int]]:
    """URL and process id of a sandbox with so many candidates."""
    command = [sys.executable, "-m", "include.sandbox", "--port", "0", "--candidates", str(candidates)]
    process = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True, env=environment())
    try:
        told = process.stdout.readline() if process.stdout else ""
        if "listening on " not in told:
            raise RuntimeError(f"the sandbox did not start: {told!r}")
        url = told.rpartition("listening on ")[2].strip()
        requests.post(f"{url}/_sandbox/settings", json={"max_tokens": 100_000}, timeout=60).raise_for_status()
        yield url, process.pid
    finally:
        process.terminate()
        process.wait(timeout=30)


def client_of(url: str, warehouse: Warehouse) -> "ClientMaker":
    """What makes the client of a sandbox's account, as the hook does it."""
    return ClientMaker(url, warehouse)


@dataclass
class ClientMaker:
    """Makes a client as the Airflow hook builds it, without Airflow."""

    url: str
    warehouse: Warehouse

    def __call__(self, account: str, fetch_id: int | None) -> RecruitClient:
        """The client of an account, whose calls are booked on a fetch."""
        engine = self.warehouse.engine
        credentials = Credentials("sandbox-client", "sandbox-secret-0000", "sandbox-refresh-0000", self.url)
        tokens = WarehouseTokenStore(engine, account, self.warehouse.fernet, now)
        calls = record_calls(engine, account, fetch_id)
        return RecruitClient(Transport(requests.Session(), self.url, credentials, tokens, calls, now))


def example_sync(*, by_bulk: bool = False) -> ResolvedSync:
    """The daily example, which maps seven fields, read page by page whatever its size, or by bulk as it would be."""
    sync = load_syncs(include_folder(), only=SYNC_ID).syncs[SYNC_ID]
    if by_bulk:
        return sync
    return sync.model_copy(update={"policies": sync.policies.model_copy(update={"bulk_from": None})})


def environment() -> dict[str, str]:
    """The environment of child processes."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(PROJECT), str(PROJECT / "plugins")])}


def now() -> datetime:
    """Our clock."""
    return datetime.now(UTC)
