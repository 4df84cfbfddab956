"""Keeps the history true when a task failed or was killed: its fetch must not stay `running` for ever.

A source that was renamed ends more than one run: every sync on it becomes inactive (SRC-7).
Texts of our own errors hold no values and are kept; of any other error only the class, for its text may quote data.
"""

from contact_sync.core.run import RunInfo
from contact_sync.errors import ContactSyncError, SourceRenamed, Superseded
from contact_sync.stages.common import settings_of
from contact_sync.stages.opening import NEVER_BEGUN
from contact_sync.stages.states import remedy
from contact_sync.warehouse import fetch_ends, fetches, registry
from contact_sync.warehouse.database import Warehouse

SEE_LOG = (
    "See the log of the task in Airflow. Clear the task to run it again with the settings of this run; "
    "after a change to the sync's file trigger a new run."
)


def record_failure(run: RunInfo, warehouse: Warehouse, stage: str, error: BaseException) -> None:
    """Write why a stage failed. A fetch that is loaded already keeps its status."""
    if isinstance(error, Superseded):
        return  # the newer attempt tells how the fetch goes on
    told = str(error) if isinstance(error, ContactSyncError) else type(error).__name__
    if isinstance(error, SourceRenamed):
        _end_syncs(warehouse, run, f"{stage}: {told}", error)
    else:
        _close(warehouse, run.dag_id, run.run_id, f"{stage}: {told}")


def record_abandoned(dag_id: str, run_id: str, warehouse: Warehouse) -> None:
    """Close the fetch of a failed run whose task could not say anything, because it was killed."""
    _close(warehouse, dag_id, run_id, None)


def _close(warehouse: Warehouse, dag_id: str, run_id: str, reason: str | None) -> None:
    with warehouse.transaction() as connection:
        fetch = fetches.latest(connection, dag_id, run_id, lock=True)
        if fetch is None or fetch.stage == NEVER_BEGUN or (reason is None and fetch.status != "running"):
            return
        told = reason or f"{fetch.stage}: the task ended without a word; it was killed, or its machine went down"
        fetch_ends.close_unloaded(connection, fetch.fetch_id, status="failed", reason=told, remedy=SEE_LOG)


def _end_syncs(warehouse: Warehouse, run: RunInfo, reason: str, error: SourceRenamed) -> None:
    """Close the fetch, and take every sync of its report out of use, or of its application if that is gone."""
    with warehouse.transaction() as connection:
        fetch = fetches.latest(connection, run.dag_id, run.run_id, lock=True)
        if fetch is None:
            return
        help_out = remedy("source_renamed", settings_of(fetch))
        fetch_ends.close_unloaded(connection, fetch.fetch_id, status="failed", reason=reason, remedy=help_out)
        syncs = registry.of_source(connection, fetch.source_no, application=error.application)
        registry.deactivate(connection, syncs, "source_renamed", "renamed source")
