"""ACC-4 through the tasks themselves: the Airflow connection is edited between two runs."""

import json
import os

import pytest
from airflow.sdk.exceptions import AirflowSkipException

from contact_sync.cli.app import main
from contact_sync.operators.extract import ExtractOperator
from contact_sync.operators.load import LoadOperator
from contact_sync.operators.push import PushOperator
from contact_sync.warehouse.database import Warehouse
from tests.operators.conftest import connect, write_sync
from tests.operators.contexts import context
from tests.operators.test_operators import history, run_tasks


def edit_connection(monkeypatch: pytest.MonkeyPatch, **extra: str) -> None:
    """Change the extra of the account's connection."""
    values = json.loads(os.environ["AIRFLOW_CONN_RECRUIT_DEMO"])
    values["extra"] |= extra
    connect(monkeypatch, "recruit_demo", **values)


def test_an_edited_connection_stops_the_accounts_syncs(
    ready: Warehouse, warehouse_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ACC-4, LIM-1: skipped with the reason until activated; then the window begins where the last success ended."""
    write_sync("weekly", schedule={"frequency": "weekly", "weekday": "monday", "at": "06:00"})
    for sync_id in ("nightly", "weekly"):
        run_tasks(LoadOperator, dag_id=sync_id, run_id="before")
    edit_connection(monkeypatch, zsc_secret="zsc-1111")
    for sync_id in ("nightly", "weekly"):
        with pytest.raises(AirflowSkipException, match=r"credentials_changed\..*activate --account recruit_demo"):
            run_tasks(ExtractOperator, dag_id=sync_id, run_id="after")
    assert history(ready)[-2:] == [("skipped", "credentials_changed")] * 2
    monkeypatch.setenv("CONTACT_SYNC_WAREHOUSE_URL", warehouse_url)
    with pytest.raises(SystemExit) as ended:
        main(["activate", "nightly"])
    assert not ended.value.code
    returned, _ = run_tasks(LoadOperator, dag_id="nightly", run_id="then")
    assert returned[-1]["window_start"] is not None
    with pytest.raises(AirflowSkipException, match="credentials_changed"):
        run_tasks(ExtractOperator, dag_id="weekly", run_id="then")


def test_a_push_after_the_edit_is_skipped(ready: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """ACC-4: nobody reaches what is perhaps another organisation, whichever task of a run comes next."""
    run_tasks(LoadOperator, run_id="before")
    edit_connection(monkeypatch, zsc_secret="zsc-1111")
    task = PushOperator(task_id="push", sync_id="nightly")
    with pytest.raises(AirflowSkipException, match=r"credentials_changed\."):
        task.execute(context(run_type="scheduled", run_id="before"))


def test_an_incomplete_connection_is_in_the_history(ready: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """ACC-4, OPS-1: its fetch is opened first, so that the history says what is missing; the sync stays active."""
    run_tasks(LoadOperator, run_id="before")
    edit_connection(monkeypatch, refresh_token="")
    with pytest.raises(Exception, match="must not be empty"):
        run_tasks(ExtractOperator, run_id="after")
    status, reason = history(ready)[-1]
    assert status == "failed"
    assert "must not be empty" in (reason or "")
