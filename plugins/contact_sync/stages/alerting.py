"""Finds what is wrong with syncs and what is over, and hands each to be told, once (OPS-7).

The warehouse keeps what holds and what was told (sync.alert), so that it does not matter who looks, how often, or
whether a notifier was away: what nobody took is told by the next who looks. Nothing personal is read.
"""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from contact_sync.config.resolved import ResolvedSync
from contact_sync.core import alerting
from contact_sync.core.alerting import FINE, UNKNOWN, Judged, Message
from contact_sync.warehouse import statements
from contact_sync.warehouse.database import Warehouse

log = logging.getLogger(__name__)
TRIES_END = timedelta(hours=1)
"""After that a fetch that failed is not tried again by itself: Airflow's longest pause is half an hour."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A run that has just ended. failed: it is red; its fetch may be loaded all the same, if its push failed."""

    run_id: str
    failed: bool


def look(
    warehouse: Warehouse,
    syncs: Mapping[str, ResolvedSync],
    now: datetime,
    only: str | None = None,
    ended: Ended | None = None,
) -> None:
    """Note violations and recoveries of registered syncs. syncs: those whose file is good, by id; without its file
    nobody can tell when a sync was due. only: look at this one. ended: a run of it, whose fetch is not tried again.
    """
    with warehouse.transaction() as connection:
        rows = statements.run(connection, "alert/standing", sync_id=only).mappings()
        for row in list(rows):
            _judge(connection, dict(row), syncs.get(row["sync_id"]), now, ended)


def tell(
    warehouse: Warehouse, send: Callable[[Message], bool], base_url: str, kinds: Sequence[str], now: datetime
) -> int:
    """Hand what nobody was told of to `send`, and note what it took; how many it did not.

    kinds: of which people want to hear; the others count as told.
    """
    left = 0
    with warehouse.transaction() as connection:
        for row in list(statements.run(connection, "alert/untold").mappings()):
            if row["kind"] in kinds and not send(alerting.message(dict(row), base_url)):
                left += 1
                continue
            statements.run(connection, "alert/told", alert_id=row["alert_id"], now=now)
    return left


def _judge(
    connection: Connection, row: dict[str, Any], sync: ResolvedSync | None, now: datetime, ended: Ended | None
) -> None:
    if row["state"] == "deleted" or (row["state"] == "inactive" and row["inactive_reason"] in alerting.ON_PURPOSE):
        statements.run(connection, "alert/end_quietly", sync_no=row["sync_no"], now=now)
        return
    red = ended is not None and ended.failed
    settled = now if ended is not None else now - TRIES_END
    verdict = {"status": "failed", "reason": None} if red and row["status"] != "failed" else None
    _note(connection, row, "failed", verdict or alerting.failed(row, settled), now, ended)
    _note(connection, row, "degraded", alerting.degraded(row), now, ended)
    if sync is not None:
        due = sync.was_due(now - alerting.GRACE)
        _note(connection, row, "missed", alerting.missed(row, due), now, ended)
    mix = statements.run(
        connection,
        "alert/reasons",
        sync_no=row["sync_no"],
        least=alerting.LEAST_RECORDS,
        before=alerting.LAST_FETCHES,
    )
    _note(
        connection,
        row,
        "reasons",
        alerting.mix_changed([dict(each) for each in mix.mappings()], row["fetch_id"]),
        now,
        ended,
    )


def _note(
    connection: Connection, row: dict[str, Any], kind: str, judged: Judged, now: datetime, ended: Ended | None
) -> None:
    if judged is UNKNOWN:
        return
    values = {"sync_no": row["sync_no"], "kind": kind, "now": now}
    if judged is FINE:
        # a red push leaves its fetch a success: only that run, once it ends well, or a later fetch makes up for it
        same = ended is not None and not ended.failed and ended.run_id == row["run_id"]
        since = row["started_at"] if kind == "failed" and not same else now
        statements.run(connection, "alert/end", **values, fetch_id=row["fetch_id"], before=since)
        return
    fetch_id, run_id = (None, None) if kind == "missed" else (row["fetch_id"], row["run_id"])
    if kind == "failed" and ended is not None and ended.failed and run_id != ended.run_id:
        fetch_id, run_id = None, ended.run_id  # it failed before its fetch began
    begun = statements.run(
        connection, "alert/begin", **values, fetch_id=fetch_id, run_id=run_id, detail=json.dumps(judged)
    )
    if begun.rowcount:
        log.info("Alert for sync %s: %s, fetch %s.", row["sync_id"], kind, fetch_id)
