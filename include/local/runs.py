"""Runs of the examples through the real scheduler, one after the other.

Unpausing a DAG makes Airflow start a run for its last due moment by itself. So a run is started by hand only for
a DAG that has none due. Refuses to go on when a run fails: the message shows the task and the end of its log.
"""

import json
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from include.local.errors import LocalError
from include.local.rest import AirflowApi, Run

RUN_SECONDS = 900.0
OWN_RUN_SECONDS = 30.0
TASKS = ("extract", "validate", "classify", "load", "push")
SIGNS = {"success": "✓", "failed": "✗", "skipped": "–", "running": "▶", "up_for_retry": "↻", "upstream_failed": "✗"}


def run_once(api: AirflowApi, dag_id: str, check: Callable[[], None], show: Callable[[str], None]) -> Run:
    """Unpause the DAG and see one run of it through to its end; an earlier run of it counts.

    check: raises when a part of the runtime has died; show: takes a line of progress.
    """
    due = _moment(api.dags()[dag_id].get("next_dagrun_run_after"))
    api.pause(dag_id, False)
    return _follow(api, _own_run(api, dag_id, due, check) or api.trigger(dag_id), check, show)


def run_by_hand(
    api: AirflowApi,
    dag_id: str,
    check: Callable[[], None],
    show: Callable[[str], None],
    conf: Mapping[str, str] | None = None,
) -> Run:
    """Start a run by hand, whatever ran before, with these values of the trigger form, and see it through."""
    api.pause(dag_id, False)
    return _follow(api, api.trigger(dag_id, conf), check, show)


def _follow(api: AirflowApi, run: Run, check: Callable[[], None], show: Callable[[str], None]) -> Run:
    """The run when it is over."""
    dag_id = run.dag_id
    deadline = time.monotonic() + RUN_SECONDS
    while not run.over:
        check()
        if time.monotonic() > deadline:
            raise LocalError(f"The run {run.run_id} of {dag_id} is not over after {RUN_SECONDS / 60:.0f} minutes.")
        show(f"{dag_id}  {_progress(api.tasks(run))}")
        time.sleep(0.5)
        run = next(each for each in api.runs(dag_id) if each.run_id == run.run_id)
    return run


def explain_failure(api: AirflowApi, run: Run, logs: Path) -> str:
    """Which tasks of a failed run failed, with the end of the log of the first one."""
    failed = [name for name, task in api.tasks(run).items() if task["state"] == "failed"]
    text = f"The run {run.run_id} of {run.dag_id} failed"
    if not failed:
        return f"{text} before a task began: see scheduler.log."
    folder = logs / f"dag_id={run.dag_id}" / f"run_id={run.run_id}" / f"task_id={failed[0]}"
    attempts = sorted(folder.glob("attempt=*.log"))
    end = "\n".join(f"  {line}" for line in _log_lines(attempts[-1])[-25:]) if attempts else "  (no log was written)"
    return f"{text} in {', '.join(failed)}. The end of the log of {failed[0]}:\n{end}"


def _own_run(api: AirflowApi, dag_id: str, due: datetime | None, check: Callable[[], None]) -> Run | None:
    """The run that Airflow makes by itself; None when none is due, or none comes although it is."""
    deadline = time.monotonic() + (OWN_RUN_SECONDS if due and due <= datetime.now(UTC) else 0)
    while True:
        runs = api.runs(dag_id)
        if runs:
            return runs[0]
        if time.monotonic() > deadline:
            return None
        check()
        time.sleep(0.3)


def _progress(tasks: dict[str, dict[str, Any]]) -> str:
    """The five tasks with a sign each, in their order."""
    return "  ".join(f"{SIGNS.get(str(tasks.get(name, {}).get('state')), '·')} {name}" for name in TASKS)


def _log_lines(log: Path) -> list[str]:
    """A task log as text: Airflow writes one JSON object a line."""
    lines = []
    for raw in log.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            entry = json.loads(raw)
            lines.append(f"{entry.get('level', '')}: {entry.get('event', '')}")
            for error in entry.get("error_detail") or []:
                lines.append(f"  {error.get('exc_type')}: {error.get('exc_value')}")
        except (ValueError, AttributeError):
            lines.append(raw)
    return lines


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
