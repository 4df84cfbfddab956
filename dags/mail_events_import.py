"""Campaigns, sends and responses of the mailer into the warehouse (CAMP-1).

Trigger it with the path of one or more files, which end in `.csv`, `.jsonl` or `.parquet`: by hand, by Airflow's API,
or by a DAG of yours that sees a new file. Columns are described
in docs/events.md. Importing a file again changes nothing;
rows that cannot be written are set aside: `contact-sync set-aside`. Bounces, unsubscribes and complaints take effect in
the same moment. The note of the run tells the counts.

Name no person in the name of a file: Airflow keeps it.
"""

from datetime import UTC, datetime, timedelta

from airflow.sdk import DAG

from contact_sync.operators.mail_events import MailEventsOperator, form
from contact_sync.operators.retry import SyncRetryPolicy

with DAG(
    dag_id="mail_events_import",
    dag_display_name="Contact sync: mail events",
    description="Campaigns, sends and responses from files into the warehouse.",
    doc_md=__doc__,
    schedule=None,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    tags=["contact-sync", "campaigns"],
    default_args={"owner": "contact-sync"},
    params=form(),
    is_paused_upon_creation=False,
):
    MailEventsOperator(
        task_id="import_events",
        retries=2,
        retry_delay=timedelta(minutes=1),
        retry_policy=SyncRetryPolicy(),
        execution_timeout=timedelta(hours=6),
    )
