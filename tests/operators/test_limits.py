"""Runs past a limit in Airflow: one that is refused says so in its note, one that waits gives its slot back (LIM-2)."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from airflow.providers.standard.triggers.temporal import DateTimeTrigger
from airflow.sdk.exceptions import AirflowSkipException, TaskDeferred
from sqlalchemy import text

from contact_sync.operators.extract import ExtractOperator
from contact_sync.operators.run_info import SKIP_KEY
from contact_sync.paths import include_folder
from contact_sync.warehouse.database import Warehouse
from tests.operators.contexts import context

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def policies(ready: Warehouse) -> Callable[..., None]:
    """Write policies into the organisation's file."""

    def write(**changes: Any) -> None:
        path = include_folder() / "organisation.yaml"
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        path.unlink()  # at first a link to the project's own
        content["policies"] = {**content.get("policies", {}), **changes}
        path.write_text(yaml.safe_dump(content), encoding="utf-8")

    return write


def extract(method: str = "execute") -> tuple[dict[str, Any], Any]:
    given = context(run_type="manual")
    return given, getattr(ExtractOperator(task_id="extract", sync_id="nightly"), method)


def fetches(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    with warehouse.transaction() as connection:
        return [tuple(row) for row in connection.execute(text("SELECT status, reason FROM sync.import_history"))]


def test_a_refused_run_is_skipped_with_rule_and_remedy(ready: Warehouse, policies: Callable[..., None]) -> None:
    """LIM-2, OPS-1: green and skipped; reason and remedy are left for the run's note."""
    policies(syncs_per_day=0)
    given, execute = extract()
    with pytest.raises(AirflowSkipException, match="daily_limit"):
        execute(given)
    told = given["ti"].pushed[SKIP_KEY]
    assert told["reason"] == "daily_limit"
    assert "(LIM-2, syncs_per_day in organisation.yaml)" in told["remedy"]
    assert "airflow dags trigger nightly" in told["remedy"]
    assert fetches(ready) == [("skipped", "daily_limit")]


def test_a_run_that_waits_gives_its_slot_back_and_goes_on(ready: Warehouse, policies: Callable[..., None]) -> None:
    """LIM-2: until 00:05 of the organisation's next day; no failure is written, and the run begins when it may."""
    policies(syncs_per_day=0, over_limit="next_day")
    before = datetime.now(BERLIN)
    given, execute = extract()
    with pytest.raises(TaskDeferred) as asleep:
        execute(given)
    days = {before.date(), datetime.now(BERLIN).date()}
    expected = {datetime.combine(day + timedelta(days=1), time(0, 5), BERLIN) for day in days}
    assert isinstance(asleep.value.trigger, DateTimeTrigger)
    woken = asleep.value.trigger.moment.astimezone(UTC)
    assert min(abs(woken - moment) for moment in expected) < timedelta(minutes=1)
    assert woken >= min(expected)
    assert fetches(ready) == []
    policies(syncs_per_day=1)
    again = extract(asleep.value.method_name)[1]
    assert again(given)["counts"]["read"] > 0
    assert fetches(ready) == [("running", None)]
