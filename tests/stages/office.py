"""An office for states and limits: runs of several syncs that only begin and are given up then.

Everything behind it is the real thing: the registry, the history, Postgres.
"""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from contact_sync.config.resolved import ResolvedSync
from contact_sync.core.run import RunInfo, RunType
from contact_sync.errors import ContactSyncError, SyncSkipped
from contact_sync.stages import states
from contact_sync.stages.failures import record_abandoned, record_failure
from contact_sync.stages.opening import open_fetch
from contact_sync.warehouse.accounts import fingerprint
from contact_sync.warehouse.database import Warehouse
from tests.stages.desk import MORNING

NOON = MORNING + timedelta(hours=6)
STANDS = "SELECT sync_id, coalesce(inactive_reason, state) AS stands FROM sync.sync"


def silent(sync: ResolvedSync) -> None:
    """A source that answers."""


def with_policy(sync: ResolvedSync, **policies: Any) -> ResolvedSync:
    """The same sync under other policies of the organisation."""
    return sync.model_copy(update={"policies": sync.policies.model_copy(update=policies)})


class Office:
    """Runs of several syncs that begin and are given up, so that only their opening matters."""

    def __init__(self, warehouse: Warehouse, sync: ResolvedSync) -> None:
        self.warehouse = warehouse
        self.sync = sync
        self.runs = 0

    def named(self, sync_id: str, **changes: Any) -> ResolvedSync:
        return self.sync.model_copy(update={"sync_id": sync_id, "name": sync_id, **changes})

    def run(self, sync: ResolvedSync, run_type: RunType = RunType.MANUAL, at: datetime = NOON, **times: Any) -> RunInfo:
        self.runs += 1
        return RunInfo(sync.sync_id, f"{run_type}__{self.runs}", run_type, at, at, **times)

    def opens(self, sync: ResolvedSync, credentials: str | None = None, run: RunInfo | None = None) -> int:
        """Open the fetch of a run and give it up; its id. Raises SyncSkipped."""
        run = run or self.run(sync)
        fetch, _ = open_fetch(run, sync, self.warehouse, run.started_at, self.hashed(credentials))
        record_abandoned(run.dag_id, run.run_id, self.warehouse)
        return fetch.fetch_id

    def hashed(self, credentials: str | None) -> str | None:
        return None if credentials is None else fingerprint(self.warehouse, [credentials])

    def skips(self, sync: ResolvedSync, credentials: str | None = None, run: RunInfo | None = None) -> SyncSkipped:
        with pytest.raises(SyncSkipped) as skipped:
            self.opens(sync, credentials, run)
        return skipped.value

    def fails(self, sync: ResolvedSync, error: ContactSyncError) -> None:
        """A run whose extract ends with this error."""
        run = self.run(sync)
        open_fetch(run, sync, self.warehouse, NOON)
        record_failure(run, self.warehouse, "extract", error)

    def activates(self, sync: ResolvedSync, probe: Any = silent, now: datetime = NOON) -> states.Change:
        return states.activate(self.warehouse, sync, "ann", "checked", now, probe)

    def stands(self) -> dict[str, str]:
        return {row["sync_id"]: row["stands"] for row in self.rows(STANDS)}

    def rows(self, query: str) -> list[dict[str, Any]]:
        with self.warehouse.engine.connect() as connection:
            return [dict(row) for row in connection.execute(text(query)).mappings()]
