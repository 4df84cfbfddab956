"""After a failed run: its fetch must not stay `running` in the history, and people are told (OPS-7).

A task that raises writes its own failure. One that was killed, or never came to start, cannot; so Airflow calls this
for the whole run, in the DAG processor.
"""

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from airflow.sdk import Context

log = logging.getLogger(__name__)


def record_abandoned_run(context: "Context") -> None:
    """Close the run's fetch in the history if nobody else did. Never raises: there is no one to hear it."""
    dag_id, run_id = context["dag"].dag_id, context["run_id"]
    try:
        from contact_sync.operators.alerts import tell_of_run
        from contact_sync.operators.stage import opened_warehouse
        from contact_sync.stages.failures import record_abandoned

        with opened_warehouse() as warehouse:
            record_abandoned(dag_id, run_id, warehouse)
            tell_of_run(dag_id, run_id, warehouse, failed=True)
    except Exception as error:
        # Only the class: the message of a database error may quote values.
        log.warning("Run %s of %s could not be closed in the history: %s.", run_id, dag_id, type(error).__name__)
