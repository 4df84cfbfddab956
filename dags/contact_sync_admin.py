"""Acts by hand in Airflow: one a run, chosen in the trigger form.

**Syncs**: activate (one, or all of an account that wait), deactivate, initiate, delete; apply today's options to older
pairs (preview, apply, undo); approve or withhold pending removals. **People**, by contact id: suppress, unsuppress,
remove, restore, erase. Each act is kept with your user name, the time and the reason (`sync.act`, and for suppressions
`contacts.suppression`); the note of the run says what came of it. Who may trigger this DAG may act.

Never write an e-mail address here: Airflow keeps what a run was given. By address: the command `contact-sync`.
"""

from datetime import UTC, datetime, timedelta

from airflow.sdk import DAG

from contact_sync.operators.admin import AdminOperator
from contact_sync.operators.admin_form import form

with DAG(
    dag_id="contact_sync_admin",
    dag_display_name="Contact sync: admin",
    description="Acts by hand: states of syncs, options for older pairs, suppressions, removals, erasure.",
    doc_md=__doc__,
    schedule=None,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    # one after the other, in the order in which people asked
    max_active_runs=1,
    tags=["contact-sync", "admin"],
    default_args={"owner": "contact-sync"},
    params=form(),
    # Somebody who acts does not expect to have to switch it on first.
    is_paused_upon_creation=False,
):
    # Not tried again by itself: whoever acts sees that it was refused, and why.
    AdminOperator(task_id="act", retries=0, execution_timeout=timedelta(hours=1))
