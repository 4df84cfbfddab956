"""Asks a person before many people leave a list at once (ADV-8).

A fetch that would end more memberships than the guard of its sync lets pass leaves them pending and tells this DAG,
which asks: **Apply** or **Withhold**, under *Required Actions*. Without an answer in time nothing happens, and the next
run of the sync asks again. Who may answer is who may edit this DAG and trigger `contact_sync_admin`. Started by hand it
asks about whatever waits.
On the command line: `contact-sync pending`, `contact-sync approve`, `contact-sync withhold`.
"""

from datetime import UTC, datetime
from typing import Any

from airflow.sdk import DAG, task_group

from contact_sync.operators.approvals import AskOperator, CarryOutOperator, FindQuestionsOperator, tries
from contact_sync.operators.assets import pending_removals_asset

with DAG(
    dag_id="contact_sync_approvals",
    dag_display_name="Contact sync: approvals",
    description="Asks a person before many people leave a list at once.",
    doc_md=__doc__,
    schedule=[pending_removals_asset()],
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    # A question may be open for days: those of other syncs must not wait behind it.
    max_active_runs=100,
    tags=["contact-sync", "approvals"],
    default_args={"owner": "contact-sync", **tries()},
    # A question that nobody is asked would leave people in their lists for ever.
    is_paused_upon_creation=False,
):
    find = FindQuestionsOperator(task_id="find")

    @task_group  # type: ignore[untyped-decorator] # mypy is told to skip Airflow
    def question(fetch_id: Any) -> None:
        """One fetch's removals; each answer is carried out at once, whatever else is still open."""
        ask = AskOperator(task_id="ask", fetch_id=fetch_id)
        CarryOutOperator(task_id="carry_out", fetch_id=fetch_id, answer=ask.output)

    question.expand(fetch_id=find.output)
