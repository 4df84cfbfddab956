"""The DAG of housekeeping: there whatever is wrong with the syncs, cheap to parse, and its task does the work."""

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from contact_sync.timetables import HourlyTimetable
from tests.dags.conftest import HOUSEKEEPING, parsed
from tests.seeds import sow

if TYPE_CHECKING:
    from contact_sync.warehouse.database import Warehouse
    from tests.dags.conftest import Include


def test_it_runs_every_hour_unasked(include: "Include") -> None:
    """OPS-11, OPS-7: two tasks that need not wait for each other, hourly; on as soon as Airflow sees it."""
    dag = parsed(HOUSEKEEPING)
    assert sorted(task.task_id for task in dag.tasks) == ["alerts", "housekeeping"]
    assert (dag.catchup, dag.max_active_runs, dag.is_paused_upon_creation) == (False, 1, False)
    assert dag.tags == {"contact-sync", "housekeeping"}
    assert dag.timetable == HourlyTimetable(17)


def test_the_task_keeps_as_long_as_organisation_yaml_says(
    include: "Include", warehouse: "Warehouse", monkeypatch: pytest.MonkeyPatch
) -> None:
    """OPS-11: read when the task runs, through the connection that tasks use."""
    include.organisation(retention={"staging_days": 2})
    url = warehouse.engine.url.set(drivername="postgresql")
    monkeypatch.setenv("AIRFLOW_CONN_CONTACTS_WAREHOUSE", url.render_as_string(hide_password=False))
    script = """
    INSERT INTO sync.fetch (sync_no, source_no, list_id, config_version, dag_id, run_id, run_type, started_at,
            finished_at, window_end, first, moves_watermark, status)
        SELECT 1, 1, 1, 1, 'candidates_daily', 'run ' || age, 'manual', now() - interval '9 days',
               now() - age * interval '1 day', now(), true, true, 'failed' FROM generate_series(1, 3, 2) AS age;
    CREATE TABLE staging.fetch_1 (); CREATE TABLE staging.fetch_2 ()
    """
    sow(warehouse.engine, script)
    done = parsed(HOUSEKEEPING).task_dict["housekeeping"].execute({})
    assert (done["staging_dropped"], done["ledger_months_made"]) == (1, 0)
    with warehouse.engine.connect() as connection:
        left = connection.execute(text("SELECT to_regclass('staging.fetch_1'), to_regclass('staging.fetch_2')")).one()
    assert (left[0] is not None, left[1]) == (True, None)
