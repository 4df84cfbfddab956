"""peak_mb_20k and peak_mb_200k: the largest resident memory of one process that runs the stages, without Airflow.

The process extracts from the sandbox over HTTP, validates, classifies and loads, one after the other, which is more
than any Airflow task does: there each stage has a process of its own.
"""

import json
import subprocess
import sys
from typing import Any

from contact_sync.core.run import RunInfo, RunType
from tests.benchmarks.measuring import peak_mb
from tests.benchmarks.places import KEY, client_of, environment, example_sync, now, place, sandbox

SIZES = {"20k": 20_000, "200k": 200_000}


def run(records: int | None, rounds: int) -> dict[str, Any]:
    """Peak memory at both sizes; `records` instead of the larger one makes the smaller a tenth of it."""
    del rounds  # memory does not depend on who else is at work
    figures: dict[str, Any] = {}
    for name, usual in SIZES.items():
        wanted = usual * records // SIZES["200k"] if records else usual
        with place() as here, sandbox(wanted) as (url, _), here.warehouse() as warehouse:
            target = warehouse.engine.url.render_as_string(hide_password=False)
            command = [sys.executable, "-m", "tests.benchmarks.memory", url]
            env = {**environment(), "CONTACT_SYNC_WAREHOUSE_URL": target, "CONTACT_SYNC_KEY": KEY}
            done = subprocess.run(command, env=env, check=True, capture_output=True, text=True)
        told = json.loads(done.stdout)
        figures[f"peak_mb_{name}"] = told["load"]
        figures |= {f"peak_mb_{name}_after_{stage}": told[stage] for stage in ("import", "extract", "validate")}
        figures[f"peak_mb_{name}_records"] = told["read"]
    return figures


def child(url: str, warehouse_url: str, key: str) -> dict[str, float]:
    """Run the stages in this process; its peak memory in MB after each, and the records read."""
    import contact_sync.validation.engine  # noqa: F401
    from contact_sync.stages.classify import classify
    from contact_sync.stages.extract import extract
    from contact_sync.stages.load import load
    from contact_sync.stages.validate import validate
    from contact_sync.warehouse.database import open_warehouse

    warehouse, sync, moment = open_warehouse(warehouse_url, key), example_sync(), now()
    info = RunInfo(sync.sync_id, "manual__bench", RunType.MANUAL, moment, moment)
    peaks = {"import": round(peak_mb(), 1)}
    manifest = extract(info, sync, client_of(url, warehouse), warehouse, moment)
    peaks |= {"read": manifest.counts["read"], "extract": round(peak_mb(), 1)}
    for name, stage in (("validate", validate), ("classify", classify), ("load", load)):
        stage(info, warehouse)
        peaks[name] = round(peak_mb(), 1)
    return peaks


if __name__ == "__main__":
    import os

    print(json.dumps(child(sys.argv[1], os.environ["CONTACT_SYNC_WAREHOUSE_URL"], os.environ["CONTACT_SYNC_KEY"])))
