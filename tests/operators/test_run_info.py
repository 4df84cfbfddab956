"""RET-4: what stages learn of each kind of Airflow run."""

from datetime import UTC, datetime

import pytest

from contact_sync.core.run import RunType
from contact_sync.operators.run_info import run_info
from tests.operators.contexts import STARTED, context

START = datetime(2026, 11, 19, 1, tzinfo=UTC)
END = datetime(2026, 11, 20, 1, tzinfo=UTC)
INTERVAL = {"logical_date": START, "data_interval_start": START, "data_interval_end": END}
NOW = {"logical_date": END, "data_interval_start": END, "data_interval_end": END}


@pytest.mark.parametrize(
    ("changes", "run_type", "interval"),
    [
        ({}, RunType.MANUAL, (None, None)),
        ({"run_type": "manual", **NOW}, RunType.MANUAL, (END, END)),
        ({"run_type": "scheduled", **INTERVAL}, RunType.SCHEDULED, (START, END)),
        ({"run_type": "backfill", **INTERVAL}, RunType.BACKFILL, (START, END)),
        ({"run_type": "asset_triggered"}, RunType.ASSET_TRIGGERED, (None, None)),
        ({"run_type": "operator_triggered"}, RunType.MANUAL, (None, None)),
        ({"run_type": "asset_materialization"}, RunType.MANUAL, (None, None)),
    ],
    ids=["API without logical date", "UI", "scheduled", "backfill", "asset", "TriggerDagRunOperator", "asset page"],
)
def test_each_kind_of_run(
    changes: dict[str, object], run_type: RunType, interval: tuple[datetime | None, datetime | None]
) -> None:
    """RET-4: run type and interval as Airflow has them; absent template keys are no error."""
    run = run_info(context(**changes))
    assert run.run_type is run_type
    assert (run.data_interval_start, run.data_interval_end) == interval
    assert (run.dag_id, run.run_id, run.run_after, run.started_at) == ("nightly", "manual__1", END, STARTED)
    assert (run.conf, run.try_number) == ({}, 2)


def test_conf_is_passed_on_whole() -> None:
    """RET-6: unknown keys too, so that the window resolver can refuse them."""
    conf = {"retrieve": "all", "retreive": "typo"}
    assert run_info(context(conf=conf)).conf == conf


def test_a_run_without_a_start_of_its_own() -> None:
    """RET-4: never an unknown moment: the task's own start stands in."""
    assert run_info(context(start_date=None)).started_at == STARTED
