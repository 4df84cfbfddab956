"""Runs commands in this process, as `contact-sync …` would, in a configuration folder of the test's own."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import airflow.settings  # noqa: F401 - it logs to the streams that it finds: not to those of one test, which are closed
import pytest
from sqlalchemy import create_engine, text

from contact_sync.cli.app import main
from tests.cli.doctoring import examine, healthy, sandbox, server_url  # noqa: F401 - fixtures

ORGANISATION = """\
name: Zylker
timezone: Europe/Berlin
accounts:
  recruit_demo: {kind: recruit}
"""

SYNC = """\
name: All candidates
created: 2026-11-01
account: recruit_demo
list: Talent news
schedule: {frequency: daily, at: "02:00"}
options: {deleted: keep}
"""


def execute(url: str, statement: str) -> None:
    """One statement on the warehouse."""
    with create_engine(url).begin() as connection:
        connection.execute(text(statement))


def stands(url: str) -> dict[str, str]:
    """Why each registered sync is inactive, or its state."""
    with create_engine(url).connect() as connection:
        query = "SELECT sync_id, coalesce(inactive_reason, state) AS stands FROM sync.sync"
        return {row.sync_id: row.stands for row in connection.execute(text(query))}


@dataclass(frozen=True)
class Ended:
    """How a command ended: exit code, and what it said."""

    code: int
    out: str
    err: str


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The include folder that commands work in, with the sync `candidates_daily`; nothing else is configured."""
    include = tmp_path / "include"
    (include / "syncs").mkdir(parents=True)
    (include / "organisation.yaml").write_text(ORGANISATION)
    (include / "syncs" / "candidates_daily.yaml").write_text(SYNC)
    monkeypatch.setenv("CONTACT_SYNC_INCLUDE", str(include))
    monkeypatch.chdir(tmp_path)
    for name in ("CONTACT_SYNC_WAREHOUSE_URL", "CONTACT_SYNC_KEY", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    return include


@pytest.fixture
def run(folder: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    """Run one command."""

    def run_command(*arguments: str) -> Ended:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        said = capsys.readouterr()
        return Ended(int(ended.value.code or 0), said.out, said.err)

    return run_command


@pytest.fixture
def with_warehouse(folder: Path, warehouse_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Commands find this fresh, migrated warehouse."""
    monkeypatch.setenv("CONTACT_SYNC_WAREHOUSE_URL", warehouse_url)
    return warehouse_url
