"""A world for the stages: a real sandbox, a real warehouse, and runs as Airflow would make them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
from sqlalchemy import text

from contact_sync.config.resolved import ResolvedSync
from contact_sync.core.results import Manifest
from contact_sync.core.run import RunInfo, RunType
from contact_sync.stages.classify import classify
from contact_sync.stages.extract import extract
from contact_sync.stages.load import load
from contact_sync.stages.states import initiate
from contact_sync.stages.validate import validate
from contact_sync.warehouse.credits import record_calls
from contact_sync.warehouse.database import Warehouse
from contact_sync.warehouse.tokens import WarehouseTokenStore
from contact_sync.zoho.auth import Credentials
from contact_sync.zoho.creator import COSTS, CreatorClient
from contact_sync.zoho.creator_failures import creator_service
from contact_sync.zoho.recruit import RecruitClient
from contact_sync.zoho.transport import Transport


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class World:
    """Sandbox at `url`, warehouse, and the sync files' settings by id."""

    url: str
    warehouse: Warehouse
    syncs: Mapping[str, ResolvedSync]
    runs: int = field(default=0)

    def client(self, account: str, fetch_id: int) -> Any:
        """The account's client, as the hook builds it; Creator's for an account of that name."""
        credentials = Credentials("sandbox-client", "sandbox-secret-0000", "sandbox-refresh-0000", self.url)
        tokens = WarehouseTokenStore(self.warehouse.engine, account, self.warehouse.fernet, utc_now)
        record = record_calls(self.warehouse.engine, account, fetch_id)
        parts = (requests.Session(), self.url, credentials, tokens, record, utc_now)
        if account.startswith("creator"):
            return CreatorClient(Transport(*parts, service=creator_service(None), costs=COSTS))
        return RecruitClient(Transport(*parts))

    def run_info(self, sync_id: str, run_type: RunType = RunType.MANUAL, **values: Any) -> RunInfo:
        """A new run; by default one that a person triggered now."""
        self.runs += 1
        now = values.pop("at", None) or self.clock() + timedelta(seconds=1)
        return RunInfo(sync_id, values.pop("run_id", f"{run_type}__{self.runs}"), run_type, now, now, **values)

    def extract(self, run: RunInfo, sync: ResolvedSync | None = None) -> Manifest:
        return extract(run, sync or self.syncs[run.dag_id], self.client, self.warehouse, run.started_at)

    def fetch(self, sync_id: str, sync: ResolvedSync | None = None, **values: Any) -> Manifest:
        """One whole run up to load."""
        run = self.run_info(sync_id, **values)
        self.extract(run, sync)
        return self.finish(run)

    def finish(self, run: RunInfo) -> Manifest:
        """The stages after extract."""
        validate(run, self.warehouse)
        classify(run, self.warehouse)
        return load(run, self.warehouse)

    def initiate(self, sync_id: str, sync: ResolvedSync | None = None) -> None:
        """Ask for a run that reads everything, as the command does; the source answers to its name."""
        initiate(self.warehouse, sync or self.syncs[sync_id], "tests", self.clock(), lambda _: None)

    def clock(self) -> datetime:
        """The sandbox's clock."""
        return datetime.fromisoformat(self.control("GET", "clock")["now"])

    def control(self, method: str, route: str, payload: Any = None) -> Any:
        """A control route of the sandbox."""
        answer = requests.request(method, f"{self.url}/_sandbox/{route}", json=payload, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def edit(self, record_id: str, **fields: Any) -> None:
        """Change one candidate; its change time becomes the sandbox's now."""
        self.control("POST", "records/Candidates", {"edits": [{"id": record_id, **fields}]})

    def kinds(self) -> list[dict[str, Any]]:
        """What the sandbox planted: one entry per live record."""
        found = self.control("GET", "kinds/Candidates")
        return found["records"] if isinstance(found, dict) else found

    def rows(self, query: str, **values: Any) -> list[Any]:
        """Rows of a query on the warehouse."""
        with self.warehouse.engine.connect() as connection:
            return list(connection.execute(text(query), values).mappings())

    def one(self, query: str, **values: Any) -> Any:
        """The single value of a query on the warehouse."""
        with self.warehouse.engine.connect() as connection:
            return connection.execute(text(query), values).scalar_one()

    def execute(self, statement: str, **values: Any) -> None:
        """Write to the warehouse, as somebody else would."""
        with self.warehouse.engine.begin() as connection:
            connection.execute(text(statement), values)
