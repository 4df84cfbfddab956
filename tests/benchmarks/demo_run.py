"""demo_run_s: one small sync through the real scheduler, from the trigger to the end of its last task.

The whole of Airflow runs as in the demo, on this machine. Each round starts one run by hand that reads everything.
"""

import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from tests.benchmarks.measuring import median
from tests.benchmarks.places import PROJECT, SYNC_ID
from tests.integration.whole import started

SYNC = "by_hand"


def run(records: int | None, rounds: int) -> dict[str, Any]:
    """Seconds from trigger to done, as a median over `rounds` runs."""
    del records  # the size is that of the integration tests
    seconds: list[float] = []
    tasks: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder, started(Path(folder), {SYNC: _settings()}) as whole:
        whole.api.pause(SYNC, False)
        read = 0
        for _ in range(rounds):
            began = time.perf_counter()
            done = whole.succeed(whole.api.start(SYNC, conf={"retrieve": "all"}))
            seconds.append(time.perf_counter() - began)
            read = whole.fetch(done)["read"]
            for name, task in whole.api.tasks(done).items():
                tasks.setdefault(name, []).append(float(task["duration"] or 0))
    return {
        "demo_run_s": median(seconds, 2),
        "demo_run_records": read,
        **{f"demo_run_{name}_task_s": median(spent, 2) for name, spent in tasks.items()},
    }


def _settings() -> dict[str, Any]:
    """The daily example on a weekday that is not due soon, so that nobody but we start it."""
    example = yaml.safe_load((PROJECT / "include" / "syncs" / f"{SYNC_ID}.yaml").read_text(encoding="utf-8"))
    today = datetime.now(UTC)
    weekday = (today + timedelta(days=2)).strftime("%A").lower()
    schedule = {"frequency": "weekly", "weekday": weekday, "at": today.strftime("%H:%M"), "timezone": "UTC"}
    return {**example, "created": today.date(), "schedule": schedule}
