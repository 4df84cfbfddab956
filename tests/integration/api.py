"""Airflow's REST API, as far as the tests of whole runs need it beyond what the demo uses."""

from typing import Any

from include.local.rest import AirflowApi, Run, _run


class Api(AirflowApi):
    """Runs with a form, clears, logs, import errors as they are, asset events."""

    def start(self, dag_id: str, **body: Any) -> Run:
        """A run by hand without a logical date; `body` may give conf, dag_run_id and run_after."""
        return _run(self._call("POST", f"/api/v2/dags/{dag_id}/dagRuns", json={"logical_date": None, **body}))

    def run(self, run: Run) -> Run:
        """The run as it is now."""
        return _run(self.detail(run))

    def detail(self, run: Run) -> dict[str, Any]:
        """All that Airflow tells of a run."""
        found: dict[str, Any] = self._get(f"/api/v2/dags/{run.dag_id}/dagRuns/{run.run_id}")
        return found

    def clear(self, run: Run) -> None:
        """Let all tasks of a run run again, at once."""
        body: dict[str, Any] = {
            "dag_run_id": run.run_id,
            "dry_run": False,
            "only_failed": False,
            "reset_dag_runs": True,
        }
        self._call("POST", f"/api/v2/dags/{run.dag_id}/clearTaskInstances", json=body)

    def log(self, run: Run, task: str, attempt: int = 1) -> str:
        """The log of one try of a task, as the UI shows it."""
        path = f"/api/v2/dags/{run.dag_id}/dagRuns/{run.run_id}/taskInstances/{task}/logs/{attempt}"
        content = self._get(path, full_content=True)["content"]
        return "\n".join(str(line.get("event", line)) + _details(line) for line in content if isinstance(line, dict))

    def broken_files(self) -> list[dict[str, Any]]:
        """Import errors: filename, stack_trace and more."""
        return list(self._get("/api/v2/importErrors", limit=100)["import_errors"])

    def asset_events(self, run: Run) -> list[dict[str, Any]]:
        """Events that a run's tasks emitted."""
        found = self._get("/api/v2/assets/events", source_dag_id=run.dag_id, source_run_id=run.run_id, limit=100)
        return list(found["asset_events"])


def _details(line: dict[str, Any]) -> str:
    return "".join(f"\n  {each.get('exc_type')}: {each.get('exc_value')}" for each in line.get("error_detail") or [])
