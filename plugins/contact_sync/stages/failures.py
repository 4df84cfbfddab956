"""Keeps the history true when a task failed or was killed: its fetch must not stay `running` for ever.

A source that was renamed ends more than one run: every sync on it becomes inactive (SRC-7).
Texts of our own errors hold no values and are kept; of any other error only the class, for its text may quote data.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from contact_sync.core.run import RunInfo, ran_by
from contact_sync.errors import (
    ContactSyncError,
    NextDay,
    ReadPending,
    SourceRenamed,
    Superseded,
    SyncBusy,
    SyncSkipped,
)
from contact_sync.stages.common import settings_of
from contact_sync.stages.opening import NEVER_BEGUN, run_again
from contact_sync.stages.states import remedy
from contact_sync.warehouse import fetch_ends, fetches, registry
from contact_sync.warehouse.database import Warehouse

log = logging.getLogger(__name__)

NO_FAILURE = (SyncSkipped, SyncBusy, ReadPending, NextDay)
"""The run does nothing by rule, or waits for its turn, for its source, or for the next day."""
SEE_LOG = (
    "See the log of the task in Airflow. Clear the task to run it again with the settings of this run; "
    "after a change to the sync's file trigger a new run."
)


@contextmanager
def into_history(
    run: RunInfo, warehouse: Warehouse, stage: str, failures: tuple[type[BaseException], ...] = (Exception,)
) -> Iterator[None]:
    """What fails in the block is first written into the history, as far as the warehouse lets us; this never hides
    the error itself.
    """
    try:
        yield
    except NO_FAILURE:
        raise
    except failures as error:
        try:
            record_failure(run, warehouse, stage, error)
        except Exception as second:
            # Only the class: the message of a database error may quote values.
            log.warning("The failure could not be written into the history: %s.", type(second).__name__)
        raise


def record_failure(run: RunInfo, warehouse: Warehouse, stage: str, error: BaseException) -> None:
    """Write why a stage failed. A fetch that is loaded already keeps its status."""
    if isinstance(error, Superseded):
        return  # the newer attempt tells how the fetch goes on
    told = str(error) if isinstance(error, ContactSyncError) else type(error).__name__
    if isinstance(error, KeyboardInterrupt):
        told = "a person, or the system, ended the command"
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
        help_out = SEE_LOG if ran_by(run_id) is None else run_again(dag_id)
        fetch_ends.close_unloaded(connection, fetch.fetch_id, status="failed", reason=told, remedy=help_out)


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
