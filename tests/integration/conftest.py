"""One Airflow for all tests of this folder. They share it in one process: see tests/scheduling.py."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from include.local.rest import Run
from include.local.state import PROJECT
from tests.integration.canaries import Watched, watch
from tests.integration.whole import Whole, started, until

HERE = Path(__file__).parent
BY_HAND, NIGHTLY = "by_hand", "nightly"
VIEW = "Experienced engineers"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.airflow)


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    """The whole product with two syncs: `by_hand`, which is due in two days, and `nightly`, last due six hours ago."""
    with started(tmp_path_factory.mktemp("whole"), {BY_HAND: by_hand(), NIGHTLY: nightly()}) as running:
        running.api.pause(BY_HAND, False)
        yield running


@pytest.fixture(scope="session")
def scheduled(whole: Whole) -> Run:
    """The first run of `nightly`, made by the scheduler itself, in a warehouse as it was before."""
    whole.begin_anew()
    whole.api.pause(NIGHTLY, False)
    (run,) = until(lambda: whole.api.runs(NIGHTLY) or None, "the scheduler has made the run that is due")
    return whole.succeed(run)


@pytest.fixture(scope="session")
def watched(whole: Whole, scheduled: Run) -> Watched:
    """A run that read a unique person, after the scheduled one, and what the machine's processes showed meanwhile."""
    return watch(whole, BY_HAND)


def by_hand() -> dict[str, Any]:
    """The daily example with its push, on a weekday that is not due soon: only tests start it."""
    example = yaml.safe_load((PROJECT / "include" / "syncs" / "candidates_daily.yaml").read_text(encoding="utf-8"))
    now = datetime.now(UTC)
    weekday = (now + timedelta(days=2)).strftime("%A").lower()
    schedule = {"frequency": "weekly", "weekday": weekday, "at": now.strftime("%H:%M"), "timezone": "UTC"}
    return {**example, "created": now.date(), "schedule": schedule}


def nightly() -> dict[str, Any]:
    """A view, every day, for ten days now."""
    now = datetime.now(UTC)
    return {
        "name": "Engineers, nightly",
        "created": (now - timedelta(days=10)).date(),
        "account": "recruit_demo",
        "source": {"module": "Candidates", "scope": "view", "view": VIEW},
        "list": "Engineers",
        "schedule": {"frequency": "daily", "at": f"{now - timedelta(hours=6):%H}:00", "timezone": "UTC"},
        "mapping": {"fields": {"city": "City"}},
        "push": False,
    }
