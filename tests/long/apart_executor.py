"""An executor that gives each task what a pod of the KubernetesExecutor has: a process and folders of its own.

The process is begun by the command with which Airflow begins a task in a container. Its working folder, temporary
folder, home and AIRFLOW_HOME are new and empty, and gone when it ends; of the environment it has what
docs/deployment.md says that a worker needs. What it left behind is written down before that, one line a task, in
`tasks.jsonl` of the folder that CONTACT_SYNC_TESTS_APART names.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from airflow.executors.base_executor import BaseExecutor

PLACE = "CONTACT_SYNC_TESTS_APART"
OWN = ("work", "tmp", "home", "airflow")
OF_NO_WORKER = (
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN",
    "AIRFLOW__CORE__FERNET_KEY",
    "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS",
    "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE",
    "AIRFLOW__API__SECRET_KEY",
    "AIRFLOW__API_AUTH__JWT_SECRET",
    "AIRFLOW__CORE__EXECUTOR",
    "CONTACT_SYNC_WAREHOUSE_URL",
    "CONTACT_SYNC_SANDBOX_URL",
)
"""What the other parts of Airflow have and a worker does without: it gets its connections from the API server."""


@dataclass(frozen=True)
class AtWork:
    """A workload, its process, and the folder that holds all that is its own."""

    workload: Any
    process: "subprocess.Popen[bytes]"
    folder: Path


class ApartExecutor(BaseExecutor):
    """Runs each workload in a process and folders of its own."""

    supports_callbacks = True

    def start(self) -> None:
        """Nothing is at work yet."""
        self._place = Path(os.environ[PLACE])
        self._begun = 0
        self._at_work: list[AtWork] = []

    def _process_workloads(self, workload_items: Sequence[Any]) -> None:
        for workload in workload_items:
            if self.queued_tasks.pop(workload.key, None) is None:
                self.queued_callbacks.pop(workload.key)
            self.running.add(workload.key)
            self._at_work.append(self._begin(workload))

    def _begin(self, workload: Any) -> AtWork:
        self._begun += 1
        folder = self._place / f"{os.getpid()}-{self._begun}"
        for name in OWN:
            (folder / name).mkdir(parents=True)
        given = folder / "input.json"
        given.write_text(workload.model_dump_json(), encoding="utf-8")
        command = [sys.executable, "-m", "airflow.sdk.execution_time.execute_workload", "--json-path", str(given)]
        with (self._place / f"{folder.name}.log").open("wb") as log:
            process = subprocess.Popen(
                command, cwd=folder / "work", env=environment(folder), stdout=log, stderr=subprocess.STDOUT
            )
        return AtWork(workload, process, folder)

    def sync(self) -> None:
        """Notice whose process has ended."""
        for each in [each for each in self._at_work if each.process.poll() is not None]:
            self._at_work.remove(each)
            self._write_down(each)
            shutil.rmtree(each.folder)
            good = each.process.returncode == 0
            self.change_state(each.workload.key, each.workload.success_state if good else each.workload.failure_state)

    def _write_down(self, each: AtWork) -> None:
        task = each.workload.ti
        told = {
            "dag": task.dag_id,
            "task": task.task_id,
            "run": task.run_id,
            "pid": each.process.pid,
            "left": {
                name: sorted(str(path.relative_to(each.folder / name)) for path in (each.folder / name).rglob("*"))
                for name in ("work", "tmp", "home")
            },
        }
        with (self._place / "tasks.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(told) + "\n")

    def end(self) -> None:
        """Wait for what is at work."""
        for each in self._at_work:
            each.process.wait()
        self.sync()

    def terminate(self) -> None:
        """End what is at work."""
        for each in self._at_work:
            each.process.kill()


def environment(folder: Path) -> dict[str, str]:
    """What the process of a task gets: a worker's settings, and folders of its own for all that has a folder."""
    kept = {name: value for name, value in os.environ.items() if name not in OF_NO_WORKER}
    # Beside the project, the demo puts a module there that lets the scheduler import everything before it forks.
    path = [part for part in kept["PYTHONPATH"].split(os.pathsep) if "preloaded" not in part]
    return {
        **{name: value for name, value in kept.items() if not name.startswith("XDG_")},
        "PYTHONPATH": os.pathsep.join(path),
        "PWD": str(folder / "work"),
        "TMPDIR": str(folder / "tmp"),
        "HOME": str(folder / "home"),
        "AIRFLOW_HOME": str(folder / "airflow"),
    }
