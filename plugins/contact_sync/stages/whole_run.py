"""A run of a sync in one process, without a scheduler: the five stages in a row, as the tasks of its DAG call them.

Does between the stages what Airflow does between tasks: what fails goes into the history, a source that still prepares
what is to be read is waited for. Nothing is tried again by itself: the next run goes on from the last success.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from contact_sync.config.resolved import ResolvedSync
from contact_sync.core.results import Manifest
from contact_sync.core.run import RunInfo
from contact_sync.errors import ReadPending
from contact_sync.stages.classify import classify
from contact_sync.stages.extract import extract
from contact_sync.stages.failures import into_history
from contact_sync.stages.load import load
from contact_sync.stages.push import CredentialsOf, push
from contact_sync.stages.validate import validate
from contact_sync.warehouse import command_runs
from contact_sync.warehouse.database import Warehouse

LEAST_PAUSE = 1.0
"""Seconds between two looks at a source that is not ready."""


@dataclass(frozen=True, slots=True)
class Means:
    """What the stages need of the world: makers of the clients that import, list all ids, and push, by account and
    fetch; and what knows the fingerprint of an account's credentials.
    """

    make_client: Callable[[str, int], Any]
    make_scan_client: Callable[[str, int], Any]
    make_push_client: Callable[[str, int], Any]
    credentials_of: CredentialsOf


def run_whole(
    run: RunInfo, sync: ResolvedSync, warehouse: Warehouse, means: Means, tell: Callable[[str, int | None], None]
) -> Manifest:
    """Extract, validate, classify, load and push. tell: is told of each stage, and of records read so far.

    Raises as the stages do, SyncBusy and NextDay among them, when nothing of the run is in the history; and Unavailable
    once another run may have taken the turn. An end by the keyboard is in the history as a failure.
    """
    stages: dict[str, Callable[[], Manifest]] = {
        "extract": lambda: _extract(run, sync, warehouse, means, partial(tell, "extract")),
        "validate": lambda: validate(run, warehouse),
        "classify": lambda: classify(run, warehouse),
        "load": lambda: load(run, warehouse),
        "push": lambda: push(run, means.make_push_client, warehouse, datetime.now(UTC), means.credentials_of),
    }
    with command_runs.alive(warehouse, run) as must_be_alive:
        for stage, perform in stages.items():
            with into_history(run, warehouse, stage, (Exception, KeyboardInterrupt)):
                tell(stage, None)
                must_be_alive()
                manifest = perform()
    return manifest


def _extract(
    run: RunInfo, sync: ResolvedSync, warehouse: Warehouse, means: Means, tell: Callable[[int], None]
) -> Manifest:
    while True:
        known = means.credentials_of(sync.account)
        make_client, now = means.make_client, datetime.now(UTC)
        try:
            return extract(run, sync, make_client, warehouse, now, known, means.make_scan_client, tell)
        except ReadPending as pending:
            time.sleep(max(pending.retry_after or 0, LEAST_PAUSE))
