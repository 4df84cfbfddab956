"""The DAG of housekeeping: there whatever is wrong with the syncs, cheap to parse, and its task does the work."""

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from contact_sync.timetables import HourlyTimetable
from tests.airflow_home import PROJECT, environment
from tests.dags.conftest import HOUSEKEEPING

if TYPE_CHECKING:
    from airflow.sdk import DAG

    from contact_sync.warehouse.database import Warehouse
    from tests.dags.conftest import Include

FILE = PROJECT / "dags" / f"{HOUSEKEEPING}.py"
HEAVY = ("pandas", "great_expectations", "sqlalchemy", "psycopg", "contact_sync.stages.", "contact_sync.hooks.")


def parsed() -> "DAG":
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(FILE)
    assert bag.import_errors == {}
    return bag.dags[HOUSEKEEPING]


def test_it_runs_every_hour_unasked(include: "Include") -> None:
    """OPS-11: one task, hourly, nothing made up for; on as soon as Airflow sees it."""
    dag = parsed()
    assert [task.task_id for task in dag.tasks] == ["housekeeping"]
    assert (dag.catchup, dag.max_active_runs, dag.is_paused_upon_creation) == (False, 1, False)
    assert dag.tags == {"contact-sync", "housekeeping"}
    assert dag.timetable == HourlyTimetable(17)


@pytest.mark.parametrize("broken", ["organisation", "sync"])
def test_it_is_there_whatever_is_broken(include: "Include", broken: str) -> None:
    """LIM-4, OPS-11: a broken file elsewhere keeps no personal data alive."""
    if broken == "organisation":
        include.organisation(timezone="Europe/Berlln")
    else:
        include.write("nightly", schedule={"frequency": "dayly", "at": "02:00"})
    assert parsed().dag_id == HOUSEKEEPING


def test_parsing_imports_nothing_heavy(include: "Include", tmp_path: Path) -> None:
    """LIM-4: the DAG processor reads the file again and again."""
    script = (
        "import runpy, sys; import airflow.sdk; before = set(sys.modules)\n"
        f"runpy.run_path({str(FILE)!r})\n"
        f"print(sorted(name for name in set(sys.modules) - before if name.startswith({HEAVY!r})))\n"
    )
    env = {**os.environ, **environment(tmp_path), "CONTACT_SYNC_INCLUDE": str(include.folder)}
    done = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_task_keeps_as_long_as_organisation_yaml_says(
    include: "Include", warehouse: "Warehouse", monkeypatch: pytest.MonkeyPatch
) -> None:
    """OPS-11: read when the task runs, through the connection that tasks use."""
    include.organisation(retention={"staging_days": 2})
    url = warehouse.engine.url.set(drivername="postgresql")
    monkeypatch.setenv("AIRFLOW_CONN_CONTACTS_WAREHOUSE", url.render_as_string(hide_password=False))
    script = """
    INSERT INTO sync.sync (sync_id, name, state_changed_at, state_changed_by, registered_at)
        VALUES ('one', 'One', now(), 'test', now());
    INSERT INTO sync.source (account, module) VALUES ('recruit_demo', 'Candidates');
    INSERT INTO contacts.mailing_list (name, created_at) VALUES ('Talent news', now());
    INSERT INTO sync.config_version
            (sync_no, fingerprint, mapping_fingerprint, mapping_version, settings, registered_at)
        VALUES (1, 'f', 'm', 1, '{}', now());
    INSERT INTO sync.fetch (sync_no, source_no, list_id, config_version, dag_id, run_id, run_type, started_at,
            finished_at, window_end, first, moves_watermark, status)
        SELECT 1, 1, 1, 1, 'one', 'run ' || age, 'manual', now() - interval '9 days', now() - age * interval '1 day',
               now(), true, true, 'failed' FROM generate_series(1, 3, 2) AS age;
    CREATE TABLE staging.fetch_1 (); CREATE TABLE staging.fetch_2 ()
    """
    with warehouse.engine.begin() as connection:
        for statement in script.split(";\n"):
            connection.exec_driver_sql(statement)
    done = parsed().tasks[0].execute({})
    assert (done["staging_dropped"], done["ledger_months_made"]) == (1, 0)
    with warehouse.engine.connect() as connection:
        left = connection.execute(text("SELECT to_regclass('staging.fetch_1'), to_regclass('staging.fetch_2')")).one()
    assert (left[0] is not None, left[1]) == (True, None)
