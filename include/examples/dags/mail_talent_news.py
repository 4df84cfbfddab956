"""Mails a list when it has changed, and only while it is fresh and healthy (OPS-13). An example: copy it into `dags/`.

Airflow starts it by the asset of the list, which gets an event only when a fetch, or a person's answer, changed
something. Whether the list may be used says the view `sync.list_health`; whom to mail says `contacts.mailable_members`
alone, which leaves out whoever is suppressed, unsubscribed, bounced, removed or deleted.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.providers.http.hooks.http import HttpHook
from airflow.sdk import dag, task
from airflow.sdk.exceptions import AirflowSkipException

from contact_sync.operators.assets import list_asset

LIST = "Talent news"
FRESH = timedelta(hours=26)
"""So old may the last reading be, of each sync that feeds the list: a day and some room for a late run."""
AT_ONCE = 500
"""People a request."""

HEALTH = "SELECT healthy, troubled, read_until FROM sync.list_health WHERE list_name = %s"
MEMBERS = """
SELECT contact_id, email, first_name, last_name FROM contacts.mailable_members
WHERE list_name = %s AND contact_id > %s ORDER BY contact_id LIMIT %s
"""


@task
def fresh_and_healthy() -> None:
    """Skip this run, and the mail with it, unless the list may be used as it is."""
    found = _rows(HEALTH, LIST)
    if not found or not found[0]["healthy"]:
        troubled = ", ".join(found[0]["troubled"]) if found else "nothing has fed it yet"
        raise AirflowSkipException(f"'{LIST}' is not healthy: {troubled}. See: contact-sync history")
    read_until = found[0]["read_until"]
    if read_until is None or datetime.now(UTC) - read_until > FRESH:
        raise AirflowSkipException(f"'{LIST}' is not fresh: it was last read up to {read_until}.")


@task(retries=0)  # a second try would mail those whom the first one has reached
def mail(run_id: str | None = None) -> int:
    """Hand everybody to the mailer, behind the Airflow connection `mailer`; how many. XCom and log get the number only.

    The mailer takes each batch once by its key, so a run that is cleared by hand mails nobody twice.
    """
    mailer, last, mailed = HttpHook(method="POST", http_conn_id="mailer"), 0, 0
    while members := _rows(MEMBERS, LIST, last, AT_ONCE):
        key = {"Idempotency-Key": f"{run_id}/{last}"}
        recipients = [{"email": each["email"], "first_name": each["first_name"]} for each in members]
        mailer.run("messages", json={"template": "talent-news", "recipients": recipients}, headers=key)
        last, mailed = members[-1]["contact_id"], mailed + len(members)
    return mailed


def _rows(query: str, *values: Any) -> list[dict[str, Any]]:
    """Rows of a query on the contacts warehouse, by the connection that organisation.yaml names."""
    from contact_sync.operators.stage import opened_warehouse

    with opened_warehouse() as warehouse, warehouse.transaction() as connection:
        return [dict(row) for row in connection.exec_driver_sql(query, values).mappings()]


@dag(
    schedule=[list_asset(LIST)],
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    tags=["mail"],
)
def mail_talent_news() -> None:
    """Check, then mail."""
    fresh_and_healthy() >> mail()


mail_talent_news()
