"""Airflow's REST API, as far as the demo needs it: health, DAGs, runs, tasks.

Works on 127.0.0.1 with the login of the local runtime. Answers that are no success raise LocalError with what
Airflow said; a connection that is refused is an answer too (`health` says False), since the server may be starting.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from include.local.errors import LocalError

ATTEMPTS = 4
PARTS = ("metadatabase", "scheduler", "triggerer", "dag_processor")


@dataclass(frozen=True)
class Run:
    """One DAG run, as Airflow tells it."""

    dag_id: str
    run_id: str
    run_type: str
    state: str
    run_after: datetime
    started: datetime | None
    interval_end: datetime | None

    @property
    def over(self) -> bool:
        """Whether it has ended, well or not."""
        return self.state in {"success", "failed"}


class AirflowApi:
    """A client that logs in when it is first needed, and again when its token has run out."""

    def __init__(self, url: str, user: str, password: str) -> None:
        # trust_env off: a proxy of this machine has no business on 127.0.0.1.
        self._client = httpx.Client(base_url=url, timeout=30, trust_env=False)
        self._login = {"username": user, "password": password}

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def unhealthy(self) -> list[str]:
        """The parts of Airflow that are not healthy yet; all of them while the API server does not answer."""
        try:
            answer = self._client.get("/api/v2/monitor/health")
            states = answer.json() if answer.status_code == 200 else {}
        except (httpx.TransportError, ValueError):
            return ["api_server", *PARTS]
        return [part for part in PARTS if (states.get(part) or {}).get("status") != "healthy"]

    def dags(self) -> dict[str, dict[str, Any]]:
        """DAG id → the DAG, for all that Airflow has read."""
        return {dag["dag_id"]: dag for dag in self._get("/api/v2/dags", limit=1000)["dags"]}

    def import_errors(self) -> list[str]:
        """The texts of DAG files that could not be read."""
        found = self._get("/api/v2/importErrors", limit=100)["import_errors"]
        return [f"{each['filename']}:\n{each['stack_trace']}" for each in found]

    def pause(self, dag_id: str, paused: bool) -> None:
        """Set Airflow's pause switch of a DAG."""
        self._call("PATCH", f"/api/v2/dags/{dag_id}", json={"is_paused": paused})

    def runs(self, dag_id: str) -> list[Run]:
        """The runs of a DAG, the first to be due first."""
        found = self._get(f"/api/v2/dags/{dag_id}/dagRuns", limit=100, order_by="run_after")["dag_runs"]
        return [_run(each) for each in found]

    def trigger(self, dag_id: str, conf: Mapping[str, str] | None = None) -> Run:
        """Start a run by hand, now and without a logical date. conf: values of the DAG's trigger form."""
        body = {"logical_date": None, "conf": dict(conf or {})}
        return _run(self._call("POST", f"/api/v2/dags/{dag_id}/dagRuns", json=body))

    def tasks(self, run: Run) -> dict[str, dict[str, Any]]:
        """Task id → task instance of a run (keys state and try_number among others)."""
        found = self._get(f"/api/v2/dags/{run.dag_id}/dagRuns/{run.run_id}/taskInstances", limit=100)
        return {each["task_id"]: each for each in found["task_instances"]}

    def _get(self, path: str, **params: Any) -> Any:
        return self._call("GET", path, params=params)

    def _call(self, method: str, path: str, **options: Any) -> Any:
        answer = self._ask(method, path, **options)
        if answer.status_code == 401:
            self._log_in()
            answer = self._ask(method, path, **options)
        if answer.is_error:
            raise LocalError(f"Airflow refused {method} {path}: HTTP {answer.status_code}, {answer.text[:500]}")
        return answer.json()

    def _ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        """The answer. A question may be asked again, what changes something is not: it may have come through."""
        for left in reversed(range(ATTEMPTS if method == "GET" else 1)):
            try:
                return self._client.request(method, path, **options)
            except httpx.TransportError as problem:
                last = problem
                if left:
                    time.sleep(0.5)
        raise LocalError(f"Airflow did not answer {method} {path}: {last!r}. The machine may be too busy.") from last

    def _log_in(self) -> None:
        answer = self._ask("POST", "/auth/token", json=self._login)
        if answer.is_error:
            raise LocalError(f"Airflow refused its own login: HTTP {answer.status_code}, {answer.text[:500]}")
        self._client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"


def _run(answer: dict[str, Any]) -> Run:
    return Run(
        dag_id=answer["dag_id"],
        run_id=answer["dag_run_id"],
        run_type=answer["run_type"],
        state=answer["state"],
        run_after=datetime.fromisoformat(answer["run_after"]),
        started=_moment(answer.get("start_date")),
        interval_end=_moment(answer.get("data_interval_end")),
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
