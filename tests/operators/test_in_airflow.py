"""Whole runs by Airflow's own task runner: what a dictionary as context cannot prove."""

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, text

import tests.airflow_home
from contact_sync.warehouse.database import Warehouse
from tests.operators.conftest import connect_account, write_sync

if TYPE_CHECKING:
    from airflow.models.dagrun import DagRun

STAGES = ["extract", "validate", "classify", "load", "push"]


@pytest.fixture(scope="module")
def airflow_database() -> None:
    """Airflow's own database, migrated, with the pool of the account."""
    from airflow.dag_processing.bundles.manager import DagBundlesManager
    from airflow.models.pool import Pool
    from airflow.utils.db import initdb

    initdb()
    DagBundlesManager().sync_bundles_to_db()
    Pool.create_or_update_pool("recruit_demo", 2, "", False)


def run(sync_id: str, **conf: Any) -> "DagRun":
    from airflow.dag_processing.dagbag import DagBag, sync_bag_to_db

    folder = tests.airflow_home.PROJECT / "dags"
    bag = DagBag(folder, bundle_name="dags-folder", bundle_path=folder)
    sync_bag_to_db(bag, "dags-folder", None)
    return bag.dags[sync_id].test(run_conf=conf)


def states(dag_run: "DagRun") -> dict[str, str]:
    return {instance.task_id: str(instance.state) for instance in dag_run.get_task_instances()}


def test_a_run_succeeds_and_updates_the_lists_asset(airflow_database: None, ready: Warehouse) -> None:
    """OPS-4, OPS-13: five tasks, manifests by XCom, one event of the list's asset."""
    from airflow.models.asset import AssetEvent
    from airflow.utils.session import create_session

    from contact_sync.operators.assets import list_asset

    dag_run = run("nightly", retrieve="all")
    assert states(dag_run) == dict.fromkeys(STAGES, "success")
    with create_session() as session:
        events = session.scalars(select(AssetEvent).where(AssetEvent.source_run_id == dag_run.run_id)).all()
        assert [event.asset.name for event in events] == [list_asset("Talent news").name]
        assert events[0].extra["counts"]["new"] > 30
    with ready.transaction() as connection:
        (row,) = connection.execute(text("SELECT run_id, run_type, status FROM sync.import_history")).all()
    assert tuple(row) == (dag_run.run_id, "manual", "succeeded")


def test_a_permanent_error_fails_without_retries(
    airflow_database: None, ready: Warehouse, sandbox: str, monkeypatch: pytest.MonkeyPatch, capfd: Any
) -> None:
    """ACC-3: the run ends red at the first try; the log says that no other would help."""
    connect_account(monkeypatch, sandbox, refresh_token="revoked-0000")
    dag_run = run("nightly")
    (extract,) = [instance for instance in dag_run.get_task_instances() if instance.task_id == "extract"]
    assert (str(extract.state), extract.try_number, extract.max_tries) == ("failed", 1, 3)
    shown = "".join(capfd.readouterr())
    assert "CredentialsError: trying again without a change by a person would fail again." in shown
    assert "revoked-0000" not in shown


def test_a_skipped_run_is_green_and_skipped(airflow_database: None, ready: Warehouse) -> None:
    """LIM-1, OPS-1: the second run of a one-time sync does nothing, and that is no failure."""
    write_sync("only_once", schedule={"frequency": "once"})
    assert states(run("only_once")) == dict.fromkeys(STAGES, "success")
    second = run("only_once")
    assert states(second) == dict.fromkeys(STAGES, "skipped")
    assert str(second.state) == "success"
