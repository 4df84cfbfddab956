"""What the running API server answers to somebody who has not logged in: each page that it has is asked for."""

import json
import re

import httpx
import pytest

from include.local.rest import Run
from tests.integration.canaries import Watched, addresses, secrets, told
from tests.integration.whole import Whole

REFUSED = {401, 403}
PUBLIC = {"/api/v2/monitor/health", "/api/v2/version", "/api/v2/auth/login", "/api/v2/auth/logout"}
"""Pages of the REST API that Airflow leaves open: is it up, which version, and where to log in."""
LONGEST = 2_000_000


@pytest.fixture(scope="module")
def routes(whole: Whole) -> list[str]:
    """Every path of the API server, as an application of its own tells them."""
    printed = whole.command("tests.integration.routes")
    found: list[str] = json.loads(printed.splitlines()[-1])
    return found


def filled(route: str, run: Run) -> str:
    """The path with what there is: the watched run, its first task, the account's connection."""
    known = {
        "dag_id": run.dag_id,
        "dag_run_id": run.run_id,
        "run_id": run.run_id,
        "task_id": "extract",
        "try_number": "1",
        "task_try_number": "1",
        "map_index": "-1",
        "connection_id": "recruit_demo",
        "conn_id": "recruit_demo",
        "pool_name": "recruit_demo",
        "xcom_key": "return_value",
        "key": "return_value",
    }
    return re.sub(r"\{(\w+)(:\w+)?\}", lambda found: known.get(found[1], "1"), route)


def get(client: httpx.Client, path: str) -> tuple[int, str]:
    """Status and the beginning of the body, with where a redirection leads."""
    with client.stream("GET", path) as answer:
        body = ""
        for part in answer.iter_text():
            body += part
            if len(body) > LONGEST:
                break
    return answer.status_code, f"{answer.headers.get('location', '')}\n{body}"


def test_no_page_tells_anything_without_login(whole: Whole, routes: list[str], watched: Watched) -> None:
    """OPS-8, OUT-16: the REST API refuses; whatever is open holds neither people nor secrets nor runs. Somebody who has
    logged in finds the same paths full.
    """
    parts = ("/api/v2/dags", "/ui/dags", "/execution/", "/auth/", "/static/", "/docs", "/openapi.json")
    assert [part for part in parts if not any(route.startswith(part) for route in routes)] == []
    paths = {route: filled(route, watched.run) for route in routes}
    with httpx.Client(base_url=whole.services.addresses.ui, timeout=30, trust_env=False) as client:
        answers = {route: get(client, path) for route, path in paths.items()}
    opened = {route: answer for route, answer in answers.items() if answer[0] not in REFUSED}
    assert {route for route in opened if route.startswith("/api/v2/")} <= PUBLIC
    known = addresses(whole)
    hidden = {**secrets(whole), "run": watched.run.run_id, "password": whole.services.state.secrets().admin_password}
    assert {route: told(body, known, hidden) for route, (_, body) in opened.items() if told(body, known, hidden)} == {}
    shown = whole.api._get(paths["/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances"])
    assert {task["state"] for task in shown["task_instances"]} == {"success"}
    assert whole.api._get(paths["/api/v2/connections/{connection_id}"])["conn_type"] == "zoho_recruit"
