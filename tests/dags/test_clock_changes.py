"""Runs around each change of the clocks, as Airflow's own scheduler makes them in its database from a sync's file.

Only its clock is ours: it looks every ten minutes of six days in 2026. What a whole running Airflow does over the last
change there was is shown by tests/integration/test_backfills.py.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING
from unittest import mock
from zoneinfo import ZoneInfo

import pytest

import tests.airflow_home
from contact_sync.core.run import RunInfo, RunType
from contact_sync.core.window import Window, resolve_window
from tests.dags.conftest import Include

if TYPE_CHECKING:
    from airflow.models.dag import DagModel
    from airflow.models.dagrun import DagRun
    from airflow.serialization.definitions.dag import SerializedDAG
    from sqlalchemy.orm import Session

SYNC_ID = "around_midnight"
"""Of no other test: they share Airflow's database, and runs of another day would be in the way."""
Interval = tuple[datetime, datetime]
DAY, LOOK = timedelta(days=1), timedelta(minutes=10)
# Zone, local day of the change, a time of day that the clocks skip or repeat, and how long the window up to it is.
CHANGES = [
    pytest.param("Europe/Berlin", date(2026, 3, 29), "02:30", 24, id="Berlin skips 02:30"),
    pytest.param("Europe/Berlin", date(2026, 10, 25), "02:30", 25, id="Berlin repeats 02:30"),
    pytest.param("America/New_York", date(2026, 3, 8), "02:30", 24, id="New York skips 02:30"),
    pytest.param("America/New_York", date(2026, 11, 1), "01:30", 25, id="New York repeats 01:30"),
    pytest.param("Australia/Lord_Howe", date(2026, 10, 4), "02:15", 24, id="Lord Howe skips 02:15"),
    pytest.param("Australia/Lord_Howe", date(2026, 4, 5), "01:45", 24.5, id="Lord Howe repeats 01:45"),
]


@pytest.fixture
def session() -> Iterator["Session"]:
    """Airflow's own database, migrated; what a test writes into it is taken back."""
    from airflow.dag_processing.bundles.manager import DagBundlesManager
    from airflow.utils.db import initdb
    from airflow.utils.session import create_session

    initdb()
    DagBundlesManager().sync_bundles_to_db()
    with create_session() as found:
        yield found
        found.rollback()


def read(session: "Session") -> tuple["DagModel", "SerializedDAG"]:
    """The sync's DAG as the DAG processor writes it down."""
    from airflow.dag_processing.dagbag import DagBag, sync_bag_to_db
    from airflow.models.dag import DagModel
    from airflow.models.serialized_dag import SerializedDagModel

    folder = tests.airflow_home.PROJECT / "dags"
    bag = DagBag(folder / "contact_syncs.py", bundle_name="dags-folder", bundle_path=folder)
    sync_bag_to_db(bag, "dags-folder", None, session=session)
    model, written = session.get(DagModel, SYNC_ID), SerializedDagModel.get(SYNC_ID, session=session)
    assert model is not None
    assert written is not None
    return model, written.dag


def scheduled(session: "Session", begin: datetime, end: datetime) -> list["DagRun"]:
    """The runs that the scheduler makes when it looks every ten minutes; each is over before it looks again."""
    from airflow.jobs.job import Job
    from airflow.jobs.scheduler_job_runner import SchedulerJobRunner
    from airflow.models.dagrun import DagRun
    from sqlalchemy import select

    scheduler = SchedulerJobRunner(Job(), executors=[])
    now = begin
    with mock.patch("airflow.timetables.interval.utcnow", side_effect=lambda: now):
        model, _ = read(session)
        while now < end:
            if model.next_dagrun_create_after is not None and model.next_dagrun_create_after <= now:
                scheduler._create_dag_runs([model], session)
                for run in session.scalars(select(DagRun).where(DagRun.dag_id == SYNC_ID)):
                    run.state = "success"
                model.exceeds_max_non_backfill = False
            now += LOOK
    return list(session.scalars(select(DagRun).where(DagRun.dag_id == SYNC_ID).order_by(DagRun.run_after)))


def backfilled(session: "Session", first: datetime, last: datetime, *, reverse: bool = False) -> list[Interval]:
    """The intervals of `airflow backfill create`."""
    from airflow.models.backfill import _get_info_list

    infos = _get_info_list(from_date=first, to_date=last, reverse=reverse, dag=read(session)[1])
    return [(info.data_interval.start, info.data_interval.end) for info in infos]


def windows(runs: list["DagRun"], mark: datetime) -> Iterator[Window]:
    """What the runs read one after the other, from a watermark on."""
    for run in runs:
        info = RunInfo(
            run.dag_id,
            run.run_id,
            RunType(run.run_type),
            run.run_after,
            run.run_after,
            data_interval_start=run.data_interval_start,
            data_interval_end=run.data_interval_end,
        )
        found = resolve_window(
            info, watermark=mark, overlap=timedelta(), retrieve_after=None, each_fetch="changes", frequency="daily"
        )
        mark = found.end
        yield found


@pytest.mark.parametrize(("zone", "day", "at", "hours"), CHANGES)
def test_the_scheduler_makes_one_run_a_local_day(
    include: Include, session: "Session", zone: str, day: date, at: str, hours: float
) -> None:
    """RET-1, RET-4: no run is skipped or doubled, scheduled windows meet without gap, and a backfill of the same days
    has the same ones.
    """
    include.write(
        SYNC_ID,
        created=(day - 10 * DAY).isoformat(),
        schedule={"frequency": "daily", "at": at, "timezone": zone},
    )
    begin = datetime.combine(day - 3 * DAY, time(12), ZoneInfo(zone)).astimezone(UTC)
    runs = scheduled(session, begin, begin + 6 * DAY)
    days = [run.run_after.astimezone(ZoneInfo(zone)).date() for run in runs]
    assert days == [day + n * DAY for n in range(-3, 4)]
    assert [run.run_type for run in runs] == ["scheduled"] * 7
    intervals = [(run.data_interval_start, run.data_interval_end) for run in runs]
    assert all(earlier[1] == later[0] for earlier, later in pairwise(intervals))
    assert intervals[3][1] - intervals[3][0] == timedelta(hours=hours)
    assert [(window.start, window.end) for window in windows(runs, intervals[0][0])] == intervals
    assert backfilled(session, intervals[0][0], intervals[-1][0]) == intervals
    assert backfilled(session, intervals[0][0], intervals[-1][0], reverse=True) == intervals[::-1]
