"""The services of one machine, started in their order: Postgres, databases, sandbox, Airflow.

Everything lies in one state folder and ends with the `with` block, in the reverse order. A second start on the same
folder finds its databases as they were and skips what is done.
"""

import hashlib
import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from include.local import airflow
from include.local.errors import LocalError, tail
from include.local.ports import LOOPBACK, choose
from include.local.postgres import Server, start
from include.local.rest import AirflowApi
from include.local.state import PROJECT, State
from include.local.supervisor import Supervisor

UI_PORT, POSTGRES_PORT, SANDBOX_PORT = 18080, 15432, 18090
CANDIDATES, SEED = 5200, 7
MODULES = "Candidates,Contacts,Clients,Job_Openings,Applications,Alumni,Campaigns"
# Far enough back for the tick of a weekly sync to find everybody.
ANCHOR_AGE = timedelta(days=8)
CONTACT_SYNC = [sys.executable, "-m", "contact_sync"]
SANDBOX_LOG, POSTGRES_LOG = "sandbox", "postgres"


class Services:
    """Postgres, sandbox and Airflow of one state folder. Use as a context manager, call the steps in their order."""

    def __init__(self, state: State, throwaway: bool = False) -> None:
        self.state = state
        self._throwaway = throwaway  # nobody minds if a crash of the machine loses the data
        self._postgres: Server | None = None
        self.addresses: airflow.Addresses
        self.env: dict[str, str] = {}
        self._supervisor = Supervisor(state.logs, PROJECT)

    def __enter__(self) -> "Services":
        return self

    def __exit__(self, *_: object) -> None:
        self._supervisor.__exit__()
        if self._postgres:
            self._postgres.stop()

    def start_postgres(self) -> None:
        """Postgres with its two databases; settles the ports of everything."""
        named = choose("CONTACT_SYNC_POSTGRES_PORT", POSTGRES_PORT)
        self._postgres = server = start(self.state.postgres, port=named, fast=self._throwaway)
        for database in ("contacts", "airflow"):
            server.ensure_database(database)
        self.addresses = airflow.Addresses(
            ui_port=choose("CONTACT_SYNC_UI_PORT", UI_PORT),
            sandbox_port=choose("CONTACT_SYNC_SANDBOX_PORT", SANDBOX_PORT),
            warehouse_url=server.url_of("contacts"),
            airflow_url=server.url_of("airflow", driver="psycopg2"),
        )
        self.env = airflow.environment(self.state, self.addresses)
        self.env["CONTACT_SYNC_SANDBOX_URL"] = self.addresses.sandbox

    def start_sandbox(self) -> None:
        """The sandbox, with the same people at every start of this folder."""
        settings: dict[str, Any] = self.state.recall("sandbox") or {
            "candidates": CANDIDATES,
            "seed": SEED,
            "anchor": (datetime.now(UTC) - ANCHOR_AGE).replace(minute=0, second=0, microsecond=0).isoformat(),
        }
        self.state.remember("sandbox", settings)
        command = [
            sys.executable,
            "-m",
            "include.sandbox",
            "--host",
            LOOPBACK,
            "--port",
            str(self.addresses.sandbox_port),
            "--modules",
            MODULES,
        ]
        for name, value in settings.items():
            command += [f"--{name}", str(value)]
        self._supervisor.start(SANDBOX_LOG, command, self.env)

    def prepare_databases(self) -> None:
        """Both migrations and the import of airflow_settings.yaml, at the same time; skipped when nothing is new."""
        migrate = self._supervisor.start("warehouse-migrate", [*CONTACT_SYNC, "warehouse", "migrate"], self.env)
        fingerprint = self._fingerprint()
        if self.state.recall("prepared") != fingerprint:
            prepare = self._supervisor.start(
                "prepare-airflow", [sys.executable, "-m", "include.local.prepare_airflow"], self.env
            )
            self._supervisor.finish(prepare, 180)
            self.state.remember("prepared", fingerprint)
        self._supervisor.finish(migrate, 120)

    def start_airflow(self) -> None:
        """Airflow's four processes."""
        for name, command in airflow.components().items():
            self._supervisor.start(name, command, self.env)

    def wait_for_sandbox(self) -> None:
        """Until the sandbox answers."""
        self._wait(60, lambda: [] if _answers(f"{self.addresses.sandbox}/_sandbox/health") else [SANDBOX_LOG], print)

    def wait_for_airflow(self, api: AirflowApi, show: Callable[[str], None]) -> None:
        """Until every part of Airflow says that it is healthy."""
        self._wait(180, api.unhealthy, lambda waiting: show(f"Airflow is starting, waiting for: {waiting}"))

    def check(self) -> None:
        """Raise LocalError when anything that should run has ended."""
        self._supervisor.check()
        if self._postgres and self._postgres.process.poll() is not None:
            log = self.state.postgres / "postgres.log"
            raise LocalError(f"Postgres ended by itself. Its log, {log}:\n{tail(log)}")

    def _wait(self, seconds: float, missing: Callable[[], list[str]], show: Callable[[str], None]) -> None:
        deadline = time.monotonic() + seconds
        told: list[str] = []
        while waiting := missing():
            self.check()
            if time.monotonic() > deadline:
                raise LocalError(
                    f"Not up after {seconds:.0f} s: {', '.join(waiting)}. The logs are in {self.state.logs}."
                )
            if waiting != told:
                show(", ".join(waiting))
                told = waiting
            time.sleep(0.25)

    def _fingerprint(self) -> str:
        """Changes when Airflow's database needs another look: other packages, settings or addresses."""
        found = hashlib.sha256(repr(self.addresses).encode())
        for name in ("requirements.txt", "airflow_settings.yaml"):
            path = PROJECT / name
            found.update(path.read_bytes() if path.is_file() else os.fsencode(name))
        return found.hexdigest()


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5, trust_env=False).status_code == 200
    except httpx.TransportError:
        return False
