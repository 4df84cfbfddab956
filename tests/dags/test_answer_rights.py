"""Who may answer for removals: Airflow's own API server with our plugin, and an auth manager of the test's own."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

import tests.airflow_home  # noqa: F401 - must come before airflow
from contact_sync.answer_rights import ADMIN, APPROVALS, TOLD

if TYPE_CHECKING:
    from fastapi.testclient import TestClient

RUN = f"/api/v2/dags/{APPROVALS}/dagRuns/one/taskInstances/question.ask"
ANSWER = f"{RUN}/0/hitlDetails"
CHOICE = {"chosen_options": ["Apply"], "params_input": {}}
XCOM = {"key": "return_value", "value": {"chosen_options": ["Apply"]}}
OF_ANOTHER = ANSWER.replace(APPROVALS, "somebody_elses")


class Rights:
    """An auth manager by which everybody may do everything, but Ben may not trigger contact_sync_admin."""

    def __new__(cls) -> Any:
        from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity
        from airflow.api_fastapi.auth.managers.simple.simple_auth_manager import SimpleAuthManager

        class Manager(SimpleAuthManager):  # type: ignore[misc] # mypy is told to skip Airflow
            def is_authorized_dag(
                self, *, method: Any, user: Any, access_entity: Any = None, details: Any = None
            ) -> bool:
                triggers = method == "POST" and access_entity == DagAccessEntity.RUN and details.id == ADMIN
                return user.username != "ben" if triggers else True

        return Manager()


@pytest.fixture(scope="module")
def server() -> Iterator["TestClient"]:
    """Airflow's whole API, as its API server makes it, in this process."""
    from airflow.api_fastapi import app as airflow_app
    from airflow.utils.db import initdb
    from fastapi.testclient import TestClient

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW__CORE__AUTH_MANAGER", f"{__name__}.Rights")
        patch.setenv("AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS", "anna:admin,ben:admin")
        patch.setenv("AIRFLOW__API_AUTH__JWT_SECRET", "of these tests alone, " * 4)
        airflow_app.purge_cached_app()
        initdb()
        yield TestClient(airflow_app.create_app(apps="core"), raise_server_exceptions=False)
        airflow_app.purge_cached_app()


def signed_in(name: str) -> dict[str, str]:
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser

    token = get_auth_manager().generate_jwt(SimpleAuthManagerUser(username=name, role="admin"))
    return {"Authorization": f"Bearer {token}"}


def test_an_answer_needs_the_right_to_act(server: "TestClient") -> None:
    """OPS-9: who may answer questions, but not trigger contact_sync_admin, is refused; others get as far as Airflow."""
    refused = server.patch(ANSWER, json=CHOICE, headers=signed_in("ben"))
    assert (refused.status_code, refused.json()) == (403, {"detail": TOLD})
    handed_on = server.patch(ANSWER, json=CHOICE, headers=signed_in("anna"))
    assert handed_on.status_code == 404
    assert handed_on.json()["detail"] != TOLD
    cookies = {"_token": signed_in("ben")["Authorization"].removeprefix("Bearer ")}
    assert server.patch(ANSWER, json=CHOICE, headers={"Cookie": f"_token={cookies['_token']}"}).json() == {
        "detail": TOLD
    }


def test_nor_is_an_answer_slipped_in(server: "TestClient") -> None:
    """OPS-9: the answer reaches its task by an XCom, so writing one of this DAG is answering."""
    entries = f"{RUN}/xcomEntries"
    one = f"{entries}/return_value"
    for method, path in (("POST", entries), ("PATCH", one), ("DELETE", one)):
        refused = server.request(method, path, json=XCOM, headers=signed_in("ben"))
        assert (refused.status_code, refused.json()) == (403, {"detail": TOLD}), method
        handed_on = server.request(method, path, json=XCOM, headers=signed_in("anna"))
        assert handed_on.status_code in {404, 422}, method


def test_everything_else_is_airflow_s_matter(server: "TestClient") -> None:
    """OPS-9: reading, other DAGs' questions, and who is not signed in."""
    assert server.get(ANSWER, headers=signed_in("ben")).status_code == 404
    assert server.patch(OF_ANOTHER, json=CHOICE, headers=signed_in("ben")).status_code == 404
    assert server.patch(ANSWER, json=CHOICE).status_code == 401
    assert server.patch(ANSWER, json=CHOICE, headers={"Authorization": "Bearer nobody"}).status_code in {401, 403}
