"""The DAG push_<account> in a whole Airflow: it appears with a switch, is scheduled, and tells counts only."""

from collections.abc import Iterator

import pytest
import yaml
from sqlalchemy import text

from tests.integration.whole import Whole, until

DAG, WHO, LIST = "push_recruit_demo", "web.reader@web.example.org", "Web readers"
PEOPLE = """
WITH list AS (INSERT INTO contacts.mailing_list (name, created_at) VALUES (:list, now()) RETURNING list_id),
person AS (
    INSERT INTO contacts.contact (email, email_key, first_name, last_name, created_at, updated_at)
    VALUES (:who, :who, 'Web', 'Reader', now(), now()) RETURNING contact_id),
campaign AS (
    INSERT INTO contacts.campaign (external_id, name, kind) VALUES ('w', 'W', 'email_campaign') RETURNING campaign_id),
member AS (
    INSERT INTO contacts.membership (list_id, contact_id, status, since)
    SELECT list_id, contact_id, 'subscribed', now() FROM list, person),
sent AS (INSERT INTO contacts.campaign_list (campaign_id, list_id) SELECT campaign_id, list_id FROM campaign, list)
INSERT INTO contacts.response (campaign_id, contact_id, kind, happened_at, arrived_at)
SELECT campaign_id, contact_id, 'clicked', now(), now() FROM campaign, person
"""


@pytest.fixture
def switched(whole: Whole) -> Iterator[Whole]:
    """The account has one switch, of a list that no sync feeds, and somebody on it clicked."""
    path = whole.include / "organisation.yaml"
    before = path.read_text(encoding="utf-8")
    organisation = yaml.safe_load(before)
    wanted = {"push": {"candidates": {"clicked": {"list": LIST}}}, "campaigns": {}}
    organisation["accounts"]["recruit_demo"] |= wanted
    with whole.warehouse.transaction() as connection:
        connection.execute(text(PEOPLE), {"list": LIST, "who": WHO})
    path.write_text(yaml.safe_dump(organisation, sort_keys=False), encoding="utf-8")
    try:
        yield whole
    finally:
        path.write_text(before, encoding="utf-8")


def test_the_pushes_of_an_account_run_in_airflow(switched: Whole) -> None:
    """PUSH-0, PUSH-9, OPS-6: parsed, scheduled, pushed once; what Airflow shows of it are counts and no address."""
    until(lambda: DAG in switched.api.dags(), "Airflow has read the pushes of the account")
    switched.api.pause(DAG, False)
    (due,) = until(lambda: switched.api.runs(DAG) or None, "the scheduler has made the run that is due")
    runs = [switched.succeed(due), switched.succeed(switched.api.start(DAG))]
    switched.api.pause(DAG, True)
    told = switched.rows("SELECT run_id, status, pushed FROM sync.push_run ORDER BY push_run_no")
    assert told == [
        {"run_id": run.run_id, "status": "succeeded", "pushed": pushed}
        for run, pushed in zip(runs, (1, 0), strict=True)
    ]
    assert [row["email"] for row in switched.kinds()].count(WHO) == 1
    log = switched.api.log(due, "push")
    assert "succeeded" in log
    assert WHO not in log
