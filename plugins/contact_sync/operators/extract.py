"""The task `extract`: reads the source into a staging table of its own."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from contact_sync.config.loader import load_syncs
from contact_sync.core.ceilings import Work
from contact_sync.core.results import Manifest
from contact_sync.core.run import RunInfo
from contact_sync.errors import ConfigError, NextDay, ReadPending, SyncBusy
from contact_sync.operators.allowances import allowances
from contact_sync.operators.stage import StageOperator
from contact_sync.paths import include_folder

if TYPE_CHECKING:
    from airflow.sdk import Context

    from contact_sync.config.resolved import ResolvedSync
    from contact_sync.warehouse.database import Warehouse

LEAST_PAUSE = 6.0
"""Seconds. Airflow 3.3.2 takes a task that is woken before the worker which deferred it has wound up as failed, and
tries it again minutes later (seen on a busy machine).
"""


class ExtractOperator(StageOperator):
    """Opens the fetch, resolves its window once and stages the records."""

    stage: ClassVar[str] = "extract"

    def perform(self, run: RunInfo, warehouse: "Warehouse", context: "Context") -> Manifest:
        """The only task that reads the sync's file: the others follow what this one wrote into the fetch."""
        from contact_sync.hooks.clients import clients
        from contact_sync.hooks.credentials import credentials_fingerprint
        from contact_sync.stages.extract import extract

        sync = read_sync(self.sync_id)
        known = credentials_fingerprint(sync.account, warehouse)
        imports = clients(warehouse, sync.kind, allowances(Work.IMPORT))
        scans = clients(warehouse, sync.kind, allowances(Work.FULL_ID_SCAN))
        with imports as make_client, scans as make_scan_client:
            return extract(run, sync, make_client, warehouse, datetime.now(UTC), known, make_scan_client)

    def execute(self, context: "Context") -> dict[str, Any]:
        """As every stage; but while another fetch of the sync is under way, the source prepares what is to be read, or
        the places of the day are taken, the task gives its slot back and waits. Airflow's time limit begins anew
        whenever it comes back.
        """
        try:
            return super().execute(context)
        except (SyncBusy, ReadPending, NextDay) as wait:
            from airflow.providers.standard.triggers.temporal import DateTimeTrigger

            self.log.info("%s", wait)
            again = datetime.now(UTC) + timedelta(seconds=max(wait.retry_after or 0, LEAST_PAUSE))
            self.defer(trigger=DateTimeTrigger(moment=again), method_name="execute_again")
            raise  # defer never returns

    def execute_again(self, context: "Context", event: Any = None) -> dict[str, Any]:
        """Look again whether it is this run's turn, or whether the source is ready."""
        return self.execute(context)


def read_sync(sync_id: str) -> "ResolvedSync":
    """The sync as its file says now.

    Raises ConfigError if the file is gone, or became broken since the DAG was made.
    """
    files = load_syncs(include_folder(), only=sync_id)
    if sync_id in files.syncs:
        return files.syncs[sync_id]
    if files.problems:
        raise ConfigError("\n".join(problem.render() for problem in files.problems))
    where = include_folder() / "syncs" / f"{sync_id}.yaml"
    raise ConfigError(f"{where} is not there any more. Put it back, or delete the sync. See: contact-sync list")
