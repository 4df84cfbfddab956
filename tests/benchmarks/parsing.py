"""parse_N_s: how long the DAG loader takes for N sync files, beyond importing Airflow itself.

A child process imports what Airflow's DAG processor holds anyway, then runs dags/contact_syncs.py: our own imports,
reading and checking the files, building the DAGs. The file that shows broken syncs is timed beside it.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.benchmarks.measuring import median
from tests.benchmarks.places import PROJECT, SYNC_ID, environment

SIZES = (10, 100, 500)
CHILD = """
import json, runpy, sys, time
import airflow.sdk, airflow.dag_processing.processor, airflow.timetables.base
wall, cpu = time.perf_counter(), time.process_time()
names = runpy.run_path(sys.argv[1])
wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
again = time.perf_counter()
runpy.run_path(sys.argv[2])
again = time.perf_counter() - again
dags = len({each.dag_id for each in names.values() if type(each).__name__ == "DAG"})
print("figures:" + json.dumps({"wall": wall, "cpu": cpu, "errors_file": again, "dags": dags}))
"""


def run(records: int | None, rounds: int) -> dict[str, Any]:
    """Medians for each number of files; `records` is the largest number of files."""
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            files = min(size, records or size)
            include = _include(Path(folder) / str(size), files)
            told = [_parse(include, files) for _ in range(rounds)]
            figures[f"parse_{size}_s"] = median([each["wall"] for each in told])
            figures[f"parse_{size}_cpu_s"] = median([each["cpu"] for each in told])
            figures[f"parse_{size}_errors_file_s"] = median([each["errors_file"] for each in told])
    return figures


def _include(folder: Path, files: int) -> Path:
    """An include folder with so many syncs, each with a name of its own."""
    source = PROJECT / "include"
    (folder / "syncs").mkdir(parents=True)
    shutil.copy(source / "organisation.yaml", folder)
    for name in ("sql", "expectations", "reference"):
        (folder / name).symlink_to(source / name)
    example = (source / "syncs" / f"{SYNC_ID}.yaml").read_text(encoding="utf-8")
    for number in range(files):
        text = example.replace("name: All candidates", f"name: All candidates {number}")
        (folder / "syncs" / f"sync_{number:03}.yaml").write_text(text, encoding="utf-8")
    return folder


def _parse(include: Path, files: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as home:
        env = {
            **environment(),
            "AIRFLOW_HOME": home,
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
            "CONTACT_SYNC_INCLUDE": str(include),
        }
        loaders = [os.fspath(PROJECT / "dags" / name) for name in ("contact_syncs.py", "contact_sync_errors.py")]
        command = [sys.executable, "-c", CHILD, *loaders]
        done = subprocess.run(command, env=env, check=False, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"the loader failed:\n{done.stderr[-2000:]}")
    told = next(line for line in done.stdout.splitlines() if line.startswith("figures:"))
    figures: dict[str, float] = json.loads(told.removeprefix("figures:"))
    if figures["dags"] != files:
        raise RuntimeError(f"{files} sync files became {figures['dags']} DAGs")
    return figures
