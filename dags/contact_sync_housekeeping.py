"""Housekeeping every hour: staging tables, raw values and ledger rows go when their time is over (OPS-11); and a look
at all syncs for what people are to be told (OPS-7).

A DAG of its own file, so that nothing wrong with it, or with a sync, reaches the others. What is to be kept for how
long is read from organisation.yaml by the task, not here.
"""

from datetime import UTC, datetime, timedelta

from airflow.sdk import DAG

from contact_sync.operators.alerts import AlertsOperator
from contact_sync.operators.housekeeping import HousekeepingOperator
from contact_sync.timetables import HourlyTimetable

with DAG(
    dag_id="contact_sync_housekeeping",
    dag_display_name="Contact sync: housekeeping",
    description="Takes away what has been kept long enough and makes the ledger's months ahead.",
    doc_md=__doc__,
    schedule=HourlyTimetable(17),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    tags=["contact-sync", "housekeeping"],
    default_args={"owner": "contact-sync"},
    # Personal data must not stay because nobody thought of switching this on.
    is_paused_upon_creation=False,
):
    HousekeepingOperator(
        task_id="housekeeping",
        retries=2,
        retry_delay=timedelta(minutes=5),
        execution_timeout=timedelta(minutes=50),
    )
    AlertsOperator(
        task_id="alerts",
        retries=1,
        retry_delay=timedelta(minutes=5),
        execution_timeout=timedelta(minutes=10),
    )
