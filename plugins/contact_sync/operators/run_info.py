"""An Airflow task context becomes a RunInfo: the only things of Airflow that a stage gets to know.

Everything is read from the DAG run, because the template keys (`logical_date`, `data_interval_start` …) are absent
in manual runs by API or command line. `conf` is passed on unchecked and whole: the window resolver refuses what it
does not know.
"""

from datetime import datetime
from typing import TYPE_CHECKING

from contact_sync.core.run import RunInfo, RunType

if TYPE_CHECKING:
    from airflow.sdk import Context

SKIP_KEY = "skipped"
"""XCom in which extract leaves reason and remedy of a skipped run, for the run's note."""

TOLD_KEY = "told"
"""XCom in which a task of an act, an approval or a preview leaves one sentence on what it did, for the run's note."""

# A run started by a task of another DAG, or by hand from an asset's page, has no window of its own either.
_AS_MANUAL = {"operator_triggered", "asset_materialization"}


def run_info(context: "Context") -> RunInfo:
    """The run of a task's context; times are aware."""
    dag_run, task_instance = context["dag_run"], context["ti"]
    # A run that was cleared starts anew; one that is only queued yet has no start of its own.
    started_at: datetime = dag_run.start_date or task_instance.start_date or dag_run.run_after
    return RunInfo(
        dag_id=dag_run.dag_id,
        run_id=dag_run.run_id,
        run_type=_run_type(str(getattr(dag_run.run_type, "value", dag_run.run_type))),
        run_after=dag_run.run_after,
        started_at=started_at,
        data_interval_start=dag_run.data_interval_start,
        data_interval_end=dag_run.data_interval_end,
        conf=dict(dag_run.conf or {}),
        try_number=task_instance.try_number,
    )


def _run_type(word: str) -> RunType:
    """Airflow's word for how the run came about, in ours; an unknown word is an error rather than a guess."""
    return RunType.MANUAL if word in _AS_MANUAL else RunType(word)
