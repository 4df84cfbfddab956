"""Task contexts as Airflow's worker makes them, from its own data models."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from airflow.sdk.api.datamodels._generated import DagRun
from airflow.sdk.execution_time.context import OutletEventAccessors

STARTED = datetime(2026, 11, 20, 1, 0, 5, tzinfo=UTC)


def dag_run(**changes: Any) -> DagRun:
    """A manual run by API: no logical date, no interval."""
    values: dict[str, Any] = {
        "dag_id": "nightly",
        "run_id": "manual__1",
        "logical_date": None,
        "data_interval_start": None,
        "data_interval_end": None,
        "run_after": datetime(2026, 11, 20, 1, tzinfo=UTC),
        "start_date": STARTED,
        "end_date": None,
        "run_type": "manual",
        "state": "running",
        "conf": None,
        "consumed_asset_events": [],
        "partition_key": None,
    }
    return DagRun(**{**values, **changes})


class Attempt(SimpleNamespace):
    """A task instance that keeps what is pushed."""

    def xcom_push(self, key: str, value: Any) -> None:
        """As Airflow's, kept in `pushed`."""
        self.pushed = {**getattr(self, "pushed", {}), key: value}


def context(**changes: Any) -> dict[str, Any]:
    """A context whose run has these values."""
    run = dag_run(**changes)
    return {
        "dag_run": run,
        "run_id": run.run_id,
        "ti": Attempt(try_number=2, start_date=STARTED),
        "outlet_events": OutletEventAccessors(),
        "dag": SimpleNamespace(dag_id=run.dag_id),
    }
