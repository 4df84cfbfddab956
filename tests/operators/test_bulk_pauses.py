"""A large read through Airflow: the task gives its slot back while Zoho prepares the file, and goes on."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
import yaml
from airflow.providers.standard.triggers.temporal import DateTimeTrigger
from airflow.sdk.exceptions import TaskDeferred
from sqlalchemy import text

from contact_sync.operators.extract import ExtractOperator
from contact_sync.paths import include_folder
from contact_sync.warehouse.database import Warehouse
from tests.operators.contexts import context
from tests.operators.test_in_airflow import STAGES, airflow_database, run, states

__all__ = ["airflow_database"]


@pytest.fixture
def large(ready: Warehouse, sandbox: str) -> Warehouse:
    """Fifty records are many here, and a file holds seventy."""
    path = include_folder() / "organisation.yaml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    path.unlink()  # a link to the project's own
    content["policies"] = {**content.get("policies", {}), "bulk_from": 50}
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    control(sandbox, "settings", {"bulk_page_rows": 70, "bulk_seconds": 3})
    return ready


def control(sandbox: str, route: str, body: Any = None) -> Any:
    url = f"{sandbox}/_sandbox/{route}"
    answer = requests.post(url, json=body, timeout=30) if body is not None else requests.get(url, timeout=30)
    answer.raise_for_status()
    return answer.json()


def posted(sandbox: str) -> int:
    found = control(sandbox, "calls")
    listed = found["calls"] if isinstance(found, dict) else found
    return sum(call["method"] == "POST" and "/bulk/" in call["path"] for call in listed)


def status(warehouse: Warehouse) -> tuple[str, str | None]:
    with warehouse.transaction() as connection:
        row = connection.execute(text("SELECT status, read_by FROM sync.fetch")).one()
    return row.status, row.read_by


def test_the_task_goes_to_sleep_and_on(large: Warehouse, sandbox: str) -> None:
    """SRC-12, OPS-1: it sleeps five seconds, has failed in nothing, and a new worker goes on with the same jobs."""
    given = context(run_type="manual", conf={"retrieve": "all"})
    method, sleeps = "execute", 0
    while True:
        before = datetime.now(UTC)
        task = ExtractOperator(task_id="extract", sync_id="nightly")
        try:
            manifest = getattr(task, method)(given)
            break
        except TaskDeferred as slept:
            deferred = slept
        latest = datetime.now(UTC) + timedelta(seconds=10)
        assert isinstance(deferred.trigger, DateTimeTrigger)
        assert before < deferred.trigger.moment <= latest
        assert deferred.timeout is None
        assert status(large) == ("running", None)
        method, sleeps = deferred.method_name, sleeps + 1
        control(sandbox, "clock", {"advance_seconds": 10})
    assert (method, sleeps) == ("execute_again", 2)
    assert manifest["counts"]["read"] > 100
    assert (posted(sandbox), status(large)) == (2, ("running", "bulk"))


def test_a_whole_run_in_airflow(airflow_database: None, large: Warehouse, sandbox: str) -> None:
    """SRC-12: extract sleeps in Airflow's own way, and everything after it sees a sealed batch."""
    dag_run = run("nightly", retrieve="all")
    assert states(dag_run) == dict.fromkeys(STAGES, "success")
    assert (posted(sandbox), status(large)) == (2, ("succeeded", "bulk"))
