"""An include folder of the test's own, and what Airflow makes of it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

import tests.airflow_home  # must come before airflow

if TYPE_CHECKING:
    from airflow.dag_processing.dagbag import DagBag
    from airflow.sdk import DAG

    from contact_sync.config.resolved import ResolvedSync

HOUSEKEEPING = "contact_sync_housekeeping"
APPROVALS = "contact_sync_approvals"
ADMIN = "contact_sync_admin"
MAIL_EVENTS = "mail_events_import"
OF_NO_SYNC = (HOUSEKEEPING, APPROVALS, ADMIN, MAIL_EVENTS)
ORGANISATION: dict[str, Any] = {
    "name": "Zylker",
    "timezone": "Europe/Berlin",
    "accounts": {
        "recruit_demo": {
            "kind": "recruit",
            "pool": "recruit_demo",
            "push": {"candidates": {"opened": {"list": "Talent news"}}},
        },
        "recruit_two": {"kind": "recruit"},
    },
}
SYNC: dict[str, Any] = {
    "name": "All candidates",
    "created": "2026-11-18",
    "description": "Every candidate, every night.",
    "owner": "talent-team",
    "tags": ["candidates"],
    "account": "recruit_demo",
    "list": "Talent news",
    "schedule": {"frequency": "daily", "at": "02:00"},
}


def parsed(dag_id: str) -> "DAG":
    """A DAG that belongs to no sync, as its file makes it."""
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(tests.airflow_home.PROJECT / "dags" / f"{dag_id}.py")
    assert bag.import_errors == {}
    return bag.dags[dag_id]


@dataclass
class Include:
    """A configuration folder; `write` takes keys of the YAML, None removes one."""

    folder: Path

    def organisation(self, **changes: Any) -> None:
        self._dump(self.folder / "organisation.yaml", {**ORGANISATION, **changes})

    def write(self, sync_id: str, **changes: Any) -> Path:
        path = self.folder / "syncs" / f"{sync_id}.yaml"
        self._dump(path, {key: value for key, value in {**SYNC, **changes}.items() if value is not None})
        return path

    def text(self, sync_id: str, text: str) -> Path:
        path = self.folder / "syncs" / f"{sync_id}.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    def sync(self, sync_id: str = "one", **changes: Any) -> "ResolvedSync":
        from contact_sync.config.loader import load_syncs

        self.write(sync_id, **changes)
        return load_syncs(self.folder, only=sync_id).syncs[sync_id]

    def dag(self, sync_id: str = "one", **changes: Any) -> "DAG":
        from contact_sync.dag_factory import build_dag

        return build_dag(self.sync(sync_id, **changes))

    @staticmethod
    def _dump(path: Path, values: dict[str, Any]) -> None:
        path.write_text(yaml.safe_dump(values, allow_unicode=True, sort_keys=False), encoding="utf-8")


@pytest.fixture
def include(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Include:
    """A folder with an organisation and no sync, which the DAG files read."""
    folder = tmp_path / "include"
    (folder / "syncs").mkdir(parents=True)
    monkeypatch.setenv("CONTACT_SYNC_INCLUDE", str(folder))
    made = Include(folder)
    made.organisation()
    return made


@pytest.fixture
def parse(include: Include) -> "Callable[[], DagBag]":
    """What Airflow finds in the DAGs folder, now, beside what belongs to no sync."""

    def parsed() -> "DagBag":
        from airflow.dag_processing.dagbag import DagBag

        bag = DagBag(tests.airflow_home.PROJECT / "dags")
        for dag_id in OF_NO_SYNC:
            assert bag.dags.pop(dag_id)  # whatever is wrong with the syncs
        for dag_id in [each for each in bag.dags if each.startswith("push_")]:
            del bag.dags[dag_id]
        return bag

    return parsed
