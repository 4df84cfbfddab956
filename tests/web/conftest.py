"""Airflow's own API server with our pages in this process, an auth manager of the tests' own, and a seeded warehouse.

One warehouse serves all tests of this folder; those that need another bring it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.fernet import Fernet

import tests.airflow_home  # noqa: F401 - must come before airflow
from contact_sync.warehouse.database import Warehouse, open_warehouse
from tests.conftest import administer, database_url
from tests.web.seeded import Seeded, seed

if TYPE_CHECKING:
    from fastapi.testclient import TestClient

PREFIX = "/contact-sync"
KEY = Fernet.generate_key().decode()
"""CONTACT_SYNC_KEY of the seeded warehouse."""
READABLE = {
    "anna": None,
    "ben": {"candidates_daily"},
    "dora": {"candidates_daily", "mail_events_import"},
    "carl": set(),
    "eva": {"candidates_daily", "contact_sync_admin"},
}
"""Which DAGs each of them may read; None for all."""


class Rights:
    """An auth manager by which everybody reads what READABLE says, and may do nothing else."""

    def __new__(cls) -> Any:
        from airflow.api_fastapi.auth.managers.simple.simple_auth_manager import SimpleAuthManager

        class Manager(SimpleAuthManager):  # type: ignore[misc] # mypy is told to skip Airflow
            def is_authorized_dag(
                self, *, method: Any, user: Any, access_entity: Any = None, details: Any = None
            ) -> bool:
                may = READABLE[user.username]
                return method == "GET" and (may is None or details.id in may)

        return Manager()


@dataclass
class Site:
    """The pages as somebody sees them."""

    client: "TestClient"
    root: Any = field(repr=False)

    def get(self, path: str, who: str | None = "anna", **query: Any) -> Any:
        """The answer to a request for a page of ours; redirections are not followed."""
        return self.client.get(
            f"{PREFIX}{path}", params=query or None, headers=signed_in(who) if who else {}, follow_redirects=False
        )

    def text(self, path: str, who: str = "anna", **query: Any) -> str:
        """The text of a page that is there."""
        answer = self.get(path, who, **query)
        assert answer.status_code == 200, answer.text
        return str(answer.text)


def signed_in(name: str) -> dict[str, str]:
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser

    token = get_auth_manager().generate_jwt(SimpleAuthManagerUser(username=name, role="admin"))
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture(scope="package")
def database(postgres_url: str) -> Iterator[Callable[[str], str]]:
    """Makes databases by name, migrated; all are dropped in the end."""
    made: list[str] = []

    def make(name: str, template: str = "warehouse_template") -> str:
        administer(postgres_url, f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
        made.append(name)
        return database_url(postgres_url, name)

    yield make
    for name in made:
        administer(postgres_url, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="package")
def seeded(database: Callable[[str], str]) -> Seeded:
    """A warehouse with two syncs, a campaign and a push switch."""
    return seed(open_warehouse(database("pages"), KEY))


@pytest.fixture(scope="package")
def server() -> Iterator[Site]:
    """The API server."""
    from airflow.api_fastapi import app as airflow_app
    from airflow.utils.db import initdb
    from fastapi.testclient import TestClient

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW__CORE__AUTH_MANAGER", f"{__name__}.Rights")
        patch.setenv("AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS", ",".join(f"{name}:admin" for name in READABLE))
        patch.setenv("AIRFLOW__API_AUTH__JWT_SECRET", "of these tests alone, " * 4)
        airflow_app.purge_cached_app()
        initdb()
        root = airflow_app.create_app(apps="core")
        yield Site(TestClient(root, raise_server_exceptions=False), root)
        airflow_app.purge_cached_app()


@pytest.fixture
def site(server: Site, seeded: Seeded, monkeypatch: pytest.MonkeyPatch) -> Site:
    """The pages on the seeded warehouse."""
    point_at(seeded.warehouse, monkeypatch)
    return server


def point_at(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Airflow's connection of the warehouse be this one."""
    url = warehouse.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    monkeypatch.setenv("AIRFLOW_CONN_CONTACTS_WAREHOUSE", url)
