"""A run that is still under way at its deadline, in a running Airflow: Airflow itself calls, two hours made seconds."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import psycopg

from include.local.rest import Run
from tests.integration.conftest import (
    NIGHTLY,
    scheduled,  # noqa: F401 - the fixture
    whole,  # noqa: F401 - the fixture
)
from tests.integration.whole import Whole, until

POOL = "recruit_demo"


def airflow(whole: Whole, statement: str, **values: Any) -> int:  # noqa: F811
    """A statement on Airflow's own database; how many rows it changed."""
    with psycopg.connect(whole.services.addresses.airflow_url.replace("+psycopg2", "")) as connection:
        return connection.execute(statement, values).rowcount


def told(whole: Whole) -> list[list[str]]:  # noqa: F811
    """State and link of what was told of `nightly` being missed."""
    return [[line[0], line[-1]] for line in whole.told() if line[1:3] == ["missed", NIGHTLY]]


def test_a_run_under_way_at_its_deadline_is_told_as_missed(whole: Whole, scheduled: Run) -> None:  # noqa: F811
    """OPS-7: by Airflow's deadline, not by the next look of housekeeping; once the run succeeds, it is over."""
    with whole.warehouse.transaction() as connection:
        connection.exec_driver_sql(
            "UPDATE sync.sync SET registered_at = now() - interval '5 days', "
            "state_changed_at = now() - interval '5 days'"
        )
        connection.exec_driver_sql("UPDATE sync.fetch SET window_end = window_end - interval '2 days'")
    airflow(whole, "UPDATE slot_pool SET slots = 0 WHERE pool = %(pool)s", pool=POOL)
    run = whole.api.start(NIGHTLY, logical_date=datetime.now(UTC).isoformat())

    def overdue() -> int:
        return airflow(
            whole,
            "UPDATE deadline SET deadline_time = now() - interval '1 second' FROM dag_run "
            "WHERE dag_run.id = deadline.dagrun_id AND dag_run.run_id = %(run_id)s",
            run_id=run.run_id,
        )

    assert until(overdue, "the run has a deadline") == 1
    page = f"/dags/{quote(NIGHTLY)}"
    ((state, link),) = until(lambda: told(whole) or None, "Airflow has called")
    assert (state, link.endswith(page)) == ("began", True)
    assert whole.api.run(run).state == "running"
    airflow(whole, "UPDATE slot_pool SET slots = 4 WHERE pool = %(pool)s", pool=POOL)
    whole.succeed(run)
    ended = until(lambda: told(whole)[1:] or None, "it is over")
    assert [state for state, _ in ended] == ["ended"]


def test_a_red_run_with_a_deadline_is_cleared(whole: Whole, scheduled: Run) -> None:  # noqa: F811
    """OPS-4: Airflow 3.3.2 answers 500 where the deadline counts from the queueing."""
    moment = datetime.now(UTC).isoformat()
    run = whole.finish(whole.api.start(NIGHTLY, logical_date=moment, conf={"retreive": "all"}))
    assert airflow(
        whole, "SELECT 1 FROM deadline JOIN dag_run ON dag_run.id = dagrun_id WHERE run_id = %(id)s", id=run.run_id
    )
    whole.api.clear(run)
    assert whole.finish(run).state == "failed"
    assert whole.api.tasks(run)["extract"]["try_number"] == 2
