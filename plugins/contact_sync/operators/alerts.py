"""Tells people through Airflow's notifiers what is wrong with a sync, and when it is over (OPS-7).

At the end of a run for its own sync, and when a run is still under way at its deadline; every hour for all, which finds
runs that were never made and tells what no notifier took. A notifier gets a context with `alert` in it, and nothing of
a run. Trouble with telling never makes a run red.
"""

import logging
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator
from airflow.sdk.configuration import conf
from asgiref.sync import sync_to_async

from contact_sync.config.loader import load_organisation, load_syncs
from contact_sync.errors import ConfigError
from contact_sync.operators.stage import opened_warehouse
from contact_sync.paths import include_folder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflow.sdk import Context

    from contact_sync.config.alerts import Alerts
    from contact_sync.core.alerting import Message
    from contact_sync.stages.alerting import Ended
    from contact_sync.warehouse.database import Warehouse

log = logging.getLogger(__name__)


class AlertsOperator(BaseOperator):  # type: ignore[misc] # mypy is told to skip Airflow
    """Looks at all syncs; fails if a notifier is configured wrongly, or nobody took what is to be told."""

    template_fields = ()
    ui_color = "#eef3ea"

    def execute(self, context: "Context") -> None:
        """Find, note and tell."""
        if left := _open_and_look():
            raise ConfigError(f"{left} alerts could not be told: see the lines above. They are tried again every hour.")


def tell_of_run(sync_id: str, run_id: str, warehouse: "Warehouse", *, failed: bool) -> None:
    """Find and tell what the run that has just ended shows of its sync. Never raises."""
    from contact_sync.stages.alerting import Ended

    try:
        _look_and_tell(warehouse, sync_id, Ended(run_id, failed))
    except Exception as error:
        # Only the class: the message of a database error may quote values.
        log.warning("Alerts of run %s of %s wait for the next hour: %s.", run_id, sync_id, type(error).__name__)


async def tell_of_deadline(context: "Mapping[str, Any]") -> None:
    """Find and tell that a sync is missed while its run is under way: the callback of a sync's deadline (OPS-7).

    It runs in the triggerer: callbacks in the executor are refused every connection (seen with Airflow 3.3.2).
    context: with `dag_run` as the REST API shows runs (Airflow's models/deadline.py).
    """
    await sync_to_async(_open_and_look)(context["dag_run"]["dag_id"])


def _open_and_look(only: str | None = None) -> int:
    with opened_warehouse() as warehouse:
        return _look_and_tell(warehouse, only)


def _look_and_tell(warehouse: "Warehouse", only: str | None = None, ended: "Ended | None" = None) -> int:
    """How many alerts nobody took. only: look at this sync, not at all. ended: its run that has just ended."""
    from contact_sync.stages.alerting import look, tell

    folder, now = include_folder(), datetime.now(UTC)
    look(warehouse, load_syncs(folder, only=only).syncs, now, only, ended)
    alerts = load_organisation(folder).alerts
    base_url = conf.get("api", "base_url", fallback="") or ""
    return tell(warehouse, lambda message: _send(alerts, message), base_url, alerts.kinds, now)


def _send(alerts: "Alerts", message: "Message") -> bool:
    """Whether anybody who is to be told took it, or nobody is to be told."""
    from contact_sync.config.notifiers import make_notifier

    taken = [_take(given, message, make_notifier) for given in alerts.notifiers]
    return any(taken) or not taken


def _take(given: Any, message: "Message", make_notifier: Any) -> bool:
    context: Any = {"alert": asdict(message)}
    try:
        notifier = make_notifier(given)
        notifier.render_template_fields(context)
        notifier.notify(context)
    except ConfigError as error:
        log.error("%s", error)
        return False
    except Exception as error:  # whatever a notifier of somebody's own does; its text may quote a secret
        log.error("%s could not tell of %s: %s.", given.notifier, message.sync_id, type(error).__name__)
        return False
    return True
