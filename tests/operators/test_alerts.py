"""Alerts as tasks tell them: through the notifiers of organisation.yaml, at the end of a run and every hour."""

from types import SimpleNamespace
from typing import Any

import pytest
import yaml

import tests.airflow_home
from contact_sync.errors import ConfigError
from contact_sync.operators.abandoned import record_abandoned_run
from contact_sync.operators.alerts import AlertsOperator
from contact_sync.paths import include_folder
from contact_sync.warehouse.database import Warehouse
from tests.operators.contexts import context
from tests.operators.notifying import Recording
from tests.operators.test_operators import run_tasks
from tests.seeds import sow

OURS = "tests.operators.notifying"
TELL = {"notifier": f"{OURS}.Recording", "kwargs": {"subject": "[{{ alert.state }}] {{ alert.title }}"}}
AWAY = {"notifier": f"{OURS}.Away"}
FAILED = """
INSERT INTO sync.fetch (sync_no, source_no, list_id, config_version, dag_id, run_id, run_type, started_at, finished_at,
        window_end, first, moves_watermark, status, reason)
    VALUES (1, 1, 1, 1, 'nightly', 'run 7', 'manual', now() - interval '2 h', now() - interval '2 h', now(), true, true,
        'failed', 'extract: the account refused')
"""


def told(*notifiers: dict[str, Any], **changes: Any) -> None:
    """Write `alerts:` into organisation.yaml of the folder in force."""
    path = include_folder() / "organisation.yaml"
    given = yaml.safe_load((tests.airflow_home.PROJECT / "include" / "organisation.yaml").read_text("utf-8"))
    path.unlink()
    path.write_text(yaml.safe_dump({**given, "alerts": {"notifiers": list(notifiers), **changes}}), encoding="utf-8")


@pytest.fixture(autouse=True)
def _nothing_told() -> None:
    Recording.told.clear()


def test_every_hour_what_nobody_took_is_told(ready: Warehouse, caplog: pytest.LogCaptureFixture) -> None:
    """OPS-7: rendered by the notifier's own templates; one that fails hinders nobody, and its text reaches no log."""
    sow(ready.engine, FAILED, sync_id="nightly")
    told(AWAY)
    with pytest.raises(ConfigError, match="1 alerts could not be told"):
        AlertsOperator(task_id="alerts").execute({})
    assert "ConnectionError" in caplog.text
    assert "qzkw" not in caplog.text
    told(AWAY, TELL)
    AlertsOperator(task_id="alerts").execute({})
    ((subject, words, alert),) = Recording.told
    assert subject == "[began] nightly: failed"
    assert words.startswith("All candidates (nightly): failed. extract: the account refused. Fetch 1. ")
    assert words.endswith("/dags/nightly/runs/run%207")
    assert (alert["run_id"], "@" in words) == ("run 7", False)
    AlertsOperator(task_id="alerts").execute({})
    assert len(Recording.told) == 1


def test_a_run_tells_at_its_end(ready: Warehouse, caplog: pytest.LogCaptureFixture) -> None:
    """OPS-7: a red run by Airflow's callback, the next good one by its last task; neither fails for want of telling."""
    sow(ready.engine, sync_id="nightly")
    red = {**context(run_id="second"), "dag": SimpleNamespace(dag_id="nightly"), "run_id": "second"}
    told({"notifier": f"{OURS}.Recordin"})
    record_abandoned_run(red)
    assert "Did you mean 'tests.operators.notifying.Recording'?" in caplog.text
    told(TELL)
    record_abandoned_run(red)
    assert [subject for subject, _, _ in Recording.told] == ["[began] nightly: failed"]
    run_tasks(run_id="third")
    assert [subject for subject, _, _ in Recording.told][1:] == ["[ended] nightly: over: failed"]
    with ready.transaction() as connection:
        connection.exec_driver_sql("DROP VIEW sync.list_health")
        connection.exec_driver_sql("DROP TABLE sync.alert")
    record_abandoned_run(red)
    assert "Alerts of run second of nightly wait for the next hour: WarehouseRefused." in caplog.text
