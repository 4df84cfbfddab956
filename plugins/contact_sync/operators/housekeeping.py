"""The task `housekeeping`: takes away what has been kept long enough and makes the ledger's months ahead (OPS-11).

Belongs to no sync. As in the tasks of a sync, stages and hooks are imported when it runs, not when a DAG is parsed.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

from contact_sync.config.loader import load_organisation
from contact_sync.operators.stage import opened_warehouse
from contact_sync.paths import include_folder

if TYPE_CHECKING:
    from airflow.sdk import Context


class HousekeepingOperator(BaseOperator):  # type: ignore[misc] # mypy is told to skip Airflow
    """Keeps things as long as organisation.yaml says, read when the task runs."""

    template_fields = ()
    ui_color = "#eef3ea"

    def execute(self, context: "Context") -> dict[str, Any]:
        """What each step did, by name; numbers only."""
        from contact_sync.stages.housekeeping import housekeeping

        retention = load_organisation(include_folder()).retention
        with opened_warehouse() as warehouse:
            done = housekeeping(warehouse, retention, datetime.now(UTC))
        self.log.info("Housekeeping: %s.", ", ".join(f"{name} {number}" for name, number in done.items()))
        return done
