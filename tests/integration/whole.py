"""A whole Airflow for tests, as the demo starts it: Postgres, sandbox, scheduler, triggerer, DAG processor, API server.

Works on an include folder of its own and on free ports. Retries come after seconds and files are read again when one
was written, so that tests wait for what happens and never for a clock; and hardly ever otherwise: reading all of them
every few seconds would cost as much as all tasks of all runs.
"""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import psycopg
import requests
import yaml
from psycopg import sql
from sqlalchemy import text

from contact_sync.warehouse.database import Warehouse, open_warehouse
from include.local import airflow, past
from include.local.clean import forget_state
from include.local.guard import signal_group
from include.local.rest import Run
from include.local.services import Services
from include.local.state import PROJECT, State
from include.local.supervisor import _wait_for_group
from tests.integration.api import Api

FAST = {
    "AIRFLOW__CORE__DEFAULT_TASK_RETRY_DELAY": "2",
    # In case that one was being read already when a file was written.
    "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "45",
    "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "45",
    # A DAG whose file is gone is stale after 6 s, far longer than it takes to write a good one down again.
    "AIRFLOW__DAG_PROCESSOR__STALE_DAG_THRESHOLD": "6",
    "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.5",
    "AIRFLOW__SCHEDULER__PARSING_CLEANUP_INTERVAL": "2",
    "AIRFLOW__SCHEDULER__TRIGGER_TIMEOUT_CHECK_INTERVAL": "1",
}
# More than one staging frame of 4,000 rows: an extract that is killed late has staged the first one.
CANDIDATES, SEED = 4500, 7
DATABASES = ("contacts", "contacts_before")
HOUSEKEEPING = "contact_sync_housekeeping"
READ_AGAIN = """
INSERT INTO dag_priority_parsing_request (id, bundle_name, relative_fileloc)
VALUES ('the syncs', 'dags-folder', 'contact_syncs.py'), ('their errors', 'dags-folder', 'contact_sync_errors.py')
ON CONFLICT DO NOTHING
"""
"""What Airflow's API does for a file with DAGs; the one that tells the errors has none."""
LONG_SILENT = "UPDATE job SET latest_heartbeat = latest_heartbeat - interval '1 minute' WHERE job_type = %s"

Found = TypeVar("Found")


def until(look: Callable[[], Found | None], what: str, seconds: float = 90) -> Found:
    """The first answer of `look` that is not None or False; asks twice a second."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found is not None and found is not False:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"Not within {seconds:.0f} s: {what}")
        time.sleep(0.5)


@dataclass
class Whole:
    """The running product: its API, its warehouse, its sandbox, its sync files."""

    services: Services
    api: Api
    include: Path
    up: bool = False
    """Whether Airflow has read the files."""

    @property
    def warehouse(self) -> Warehouse:
        """The warehouse that the tasks write."""
        return open_warehouse(self.services.addresses.warehouse_url, None, "contact-sync tests")

    def rows(self, query: str, **values: Any) -> list[dict[str, Any]]:
        """Rows of a query on the warehouse."""
        with self.warehouse.engine.connect() as connection:
            return [dict(row) for row in connection.execute(text(query), values).mappings()]

    def control(self, method: str, route: str, payload: Any = None) -> Any:
        """A control route of the sandbox."""
        url = f"{self.services.addresses.sandbox}/_sandbox/{route}"
        answer = requests.request(method, url, json=payload, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def kinds(self) -> list[dict[str, Any]]:
        """Every live candidate of the sandbox."""
        return past.read_kinds(self.services.addresses.sandbox)

    def changed_within(self, view: str, start: datetime | None, end: datetime) -> int:
        """Records of a view that changed in [start, end), counted without the product."""
        moments = [datetime.fromisoformat(kind["updated_on"]) for kind in self.kinds() if view in kind["views"]]
        return sum((start is None or start <= moment) and moment < end for moment in moments)

    def begin_anew(self) -> None:
        """Warehouse and source as they were before the first run; no run may be under way."""
        self.control("POST", "reset", {})
        self.control("POST", "settings", {"max_tokens": 1000})
        warehouse, before = DATABASES
        self.administer("DROP DATABASE IF EXISTS {} WITH (FORCE)", warehouse)
        self.administer("CREATE DATABASE {} TEMPLATE {}", warehouse, before)

    def keep_as_before(self) -> None:
        """From now on the warehouse as it is now is the one that `begin_anew` brings back."""
        warehouse, before = DATABASES
        self.administer("CREATE DATABASE {} TEMPLATE {}", before, warehouse)

    def administer(self, statement: str, *names: str) -> None:
        """A statement about whole databases."""
        url = self.services.addresses.warehouse_url.replace("+psycopg", "").rpartition("/")[0]
        with psycopg.connect(f"{url}/postgres", autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def kill(self, name: str) -> None:
        """SIGKILL to Airflow's scheduler or triggerer with what it started, but for tasks: their groups are their own.

        Its last sign of life is put back a minute: what takes over from it would wait half a minute for that. Nobody
        minds that it is gone; `start` brings it back.
        """
        supervisor = self.services._supervisor
        (part,) = [each for each in supervisor._parts if each.name == name]
        signal_group(part.process.pid, signal.SIGKILL)
        supervisor._parts.remove(part)
        _wait_for_group(part, time.monotonic() + 10)
        supervisor._guard.forget(part.process.pid)
        with psycopg.connect(self.services.addresses.airflow_url.replace("+psycopg2", "")) as connection:
            connection.execute(LONG_SILENT, [f"{name.capitalize()}Job"])

    def start(self, name: str) -> None:
        """Start one of Airflow's processes."""
        self.services._supervisor.start(name, airflow.components()[name], self.services.env)

    def stop_housekeeping(self) -> None:
        """Let its first run, which Airflow makes unasked, come to its end; later ones would meet `begin_anew`."""
        (first,) = until(lambda: self.api.runs(HOUSEKEEPING) or None, "housekeeping is on from the beginning")

        def tried() -> set[str] | None:
            states = {task["state"] for task in self.api.tasks(first).values()}
            return states if states and states <= {"success", "up_for_retry"} else None

        # It may have begun before the API server was up, and its next try would come minutes later.
        if "up_for_retry" in until(tried, "housekeeping was tried"):
            self.api.clear(first)
        self.succeed(first)
        self.api.pause(HOUSEKEEPING, True)

    def write_sync(self, sync_id: str, **settings: Any) -> Path:
        """Write the file of a sync, and have the files read again if Airflow is up."""
        path = self.include / "syncs" / f"{sync_id}.yaml"
        path.write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")
        if self.up:
            self.read_again()
        return path

    def read_again(self) -> None:
        """Let the DAG processor read next what it makes of the sync files, whenever it read that last."""
        with psycopg.connect(self.services.addresses.airflow_url.replace("+psycopg2", "")) as connection:
            connection.execute(READ_AGAIN)

    def command(self, module: str, *arguments: str) -> str:
        """What a command line of this runtime prints (`airflow`, `contact_sync`); it must end well."""
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            env=self.services.env,
            cwd=PROJECT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{module} {arguments}: exit code {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout

    def finish(self, run: Run, seconds: float = 120) -> Run:
        """The run when it is over; tells the states of its tasks when that takes too long."""

        def over() -> Run | None:
            self.services.check()
            now = self.api.run(run)
            return now if now.over else None

        try:
            return until(over, f"{run.dag_id} {run.run_id} is over", seconds)
        except AssertionError as late:
            states = {name: task["state"] for name, task in self.api.tasks(run).items()}
            raise AssertionError(f"{late}; tasks: {states}") from None

    def succeed(self, run: Run) -> Run:
        """The run when it is over; it must have succeeded."""
        done = self.finish(run)
        assert done.state == "success", self.explain(done)
        return done

    def explain(self, run: Run) -> str:
        """What the first failed task of a run said."""
        failed = [name for name, task in self.api.tasks(run).items() if task["state"] == "failed"]
        return f"{run.dag_id} {run.run_id}: {failed}\n" + "".join(
            self.api.log(run, name)[-3000:] for name in failed[:1]
        )

    def told(self) -> list[list[str]]:
        """What alerts told, in order: state, kind, sync, run and link of each."""
        path = self.include.parent / "told.txt"
        return [line.split() for line in path.read_text("utf-8").splitlines()] if path.exists() else []

    def fetch(self, run: Run) -> dict[str, Any]:
        """The newest fetch of a run, whole, with the counters of its history."""
        (row,) = self.rows(
            "SELECT run.*, history.duplicate FROM sync.fetch AS run JOIN sync.import_history AS history "
            "USING (fetch_id) WHERE run.dag_id = :dag AND run.run_id = :run ORDER BY run.round DESC LIMIT 1",
            dag=run.dag_id,
            run=run.run_id,
        )
        return row


@contextmanager
def started(folder: Path, syncs: dict[str, dict[str, Any]]) -> Iterator[Whole]:
    """Everything up and healthy with these syncs, all of them read and paused; ended and removed afterwards."""
    include = folder / "include"
    (include / "syncs").mkdir(parents=True)
    for name in ("sql", "expectations", "reference"):
        (include / name).symlink_to(PROJECT / "include" / name)
    # Page by page, whatever the size: tests stop a read at a page. For bulk see tests/operators/test_bulk_pauses.py.
    organisation = yaml.safe_load((PROJECT / "include" / "organisation.yaml").read_text(encoding="utf-8"))
    organisation["policies"] = {**(organisation.get("policies") or {}), "bulk_from": None}
    to_file = {"notifier": "tests.operators.notifying.ToFile", "kwargs": {"path": str(folder / "told.txt")}}
    organisation["alerts"] = {"notifiers": [to_file]}
    (include / "organisation.yaml").write_text(yaml.safe_dump(organisation, sort_keys=False), encoding="utf-8")
    state = State(folder / "state")
    state.open()
    try:
        with Services(state, throwaway=True) as services:
            anchor = datetime.now(UTC).replace(minute=0, second=0, microsecond=0).isoformat()
            state.remember("sandbox", {"candidates": CANDIDATES, "seed": SEED, "anchor": anchor})
            services.start_postgres()
            temporary = folder / "tmp"
            temporary.mkdir()
            services.env |= {**FAST, "CONTACT_SYNC_INCLUDE": str(include), "TMPDIR": str(temporary)}
            services.start_sandbox()
            services.prepare_databases()
            api = Api(services.addresses.ui, airflow.ADMIN, state.secrets().admin_password)
            whole = Whole(services, api, include)
            for sync_id, settings in syncs.items():
                whole.write_sync(sync_id, **settings)
            services.start_airflow()
            services.wait_for_sandbox()
            past.seed_past(services.addresses.warehouse_url, services.addresses.sandbox)
            whole.keep_as_before()
            services.wait_for_airflow(api, lambda _: None)
            until(lambda: syncs.keys() <= api.dags().keys(), "Airflow has read the DAGs")
            whole.up = True
            whole.stop_housekeeping()
            yield whole
            api.close()
    finally:
        forget_state(state.folder)
        state.close()
