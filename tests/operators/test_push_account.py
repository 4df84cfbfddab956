"""The task of push_<account>, executed with the contexts that Airflow gives it (PUSH-0, PUSH-10)."""

import json
from typing import Any

import pytest
import yaml
from airflow.sdk.exceptions import AirflowSkipException
from sqlalchemy import text

from contact_sync.errors import ConfigError
from contact_sync.operators.push_account import PushAccountOperator
from contact_sync.paths import include_folder
from contact_sync.warehouse.database import Warehouse
from tests.operators.contexts import context

PEOPLE = """
WITH list AS (INSERT INTO contacts.mailing_list (name, created_at) VALUES ('Web news', now()) RETURNING list_id),
person AS (
    INSERT INTO contacts.contact (email, email_key, first_name, last_name, created_at, updated_at)
    VALUES ('ann@web.example.org', 'ann@web.example.org', 'Ann', 'Fields', now(), now()) RETURNING contact_id),
campaign AS (
    INSERT INTO contacts.campaign (external_id, name, kind) VALUES ('c', 'C', 'email_campaign') RETURNING campaign_id),
member AS (
    INSERT INTO contacts.membership (list_id, contact_id, status, since)
    SELECT list_id, contact_id, 'subscribed', now() FROM list, person),
sent AS (INSERT INTO contacts.campaign_list (campaign_id, list_id) SELECT campaign_id, list_id FROM campaign, list)
INSERT INTO contacts.response (campaign_id, contact_id, kind, happened_at, arrived_at)
SELECT campaign_id, contact_id, 'opened', now(), now() FROM campaign, person
"""


def push_from(name: str) -> None:
    """Let the account have one switch, which names this list, and nothing else."""
    path = include_folder() / "organisation.yaml"
    written = yaml.safe_load(path.read_text(encoding="utf-8"))
    written["accounts"]["recruit_demo"] |= {"push": {"candidates": {"opened": {"list": name}}}, "campaigns": {}}
    path.unlink()  # it is a link to the project's own
    path.write_text(yaml.safe_dump(written), encoding="utf-8")


def execute(**changes: Any) -> dict[str, Any]:
    task = PushAccountOperator(task_id="push", account="recruit_demo")
    return task.execute(context(**{"dag_id": "push_recruit_demo", **changes}))


@pytest.fixture
def people(ready: Warehouse) -> Warehouse:
    """Somebody on a list that no sync feeds, who opened."""
    push_from("Web news")
    with ready.transaction() as connection:
        connection.execute(text(PEOPLE))
    return ready


def test_it_pushes_and_returns_counts_only(people: Warehouse) -> None:
    """PUSH-0, LIM-5, OUT-16: by the account's connection, its calls booked on no fetch; again it pushes nobody."""
    done = execute()
    assert (done["status"], done["counts"]) == ("succeeded", {"pushed": 1, "not_pushed": 0})
    assert "@" not in json.dumps(done)
    assert execute(run_id="next")["counts"]["pushed"] == 0
    with people.transaction() as connection:
        rows = connection.execute(text("SELECT status, pushed FROM sync.push_run ORDER BY push_run_no")).all()
        booked = connection.execute(text("SELECT count(*) FROM sync.credit WHERE fetch_id IS NULL")).scalar_one()
    assert ([tuple(row) for row in rows], booked) == ([("succeeded", 1), ("succeeded", 0)], 2)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        pytest.param({"run_type": "backfill"}, "off in backfills", id="PUSH-10-backfill"),
        pytest.param({"list": "Talent news"}, "Syncs feed the lists", id="PUSH-0-a-sync-feeds-it-by-now"),
    ],
)
def test_when_it_pushes_nobody(ready: Warehouse, changes: dict[str, Any], told: str) -> None:
    """PUSH-0, PUSH-10: skipped, with the reason."""
    push_from(changes.get("list", "Web news"))
    with pytest.raises(AirflowSkipException, match=told):
        execute(**{key: value for key, value in changes.items() if key != "list"})


def test_it_takes_no_parameters(ready: Warehouse) -> None:
    """RET-4: unknown conf keys are refused."""
    with pytest.raises(ConfigError, match="takes no parameters, but was given: now"):
        execute(conf={"now": True})
