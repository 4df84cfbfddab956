"""`contact-sync run` as a process of its own, killed in every stage; the run after it comes to the same end (OPS-4)."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from contact_sync.config.loader import load_syncs
from contact_sync.warehouse.database import open_warehouse
from tests.cli.conftest import folder, with_warehouse  # noqa: F401 - fixtures
from tests.cli.doctoring import KEY, healthy  # noqa: F401 - a fixture
from tests.conftest import Copies, database_url
from tests.small_sandbox import sandbox_fixtures
from tests.stages.world import World

server_url, sandbox = sandbox_fixtures(1500)
PROJECT = Path(__file__).parents[2]
DAILY = "candidates_daily"
COMMAND = (sys.executable, "-m", "contact_sync", "run", DAILY)
END = (
    "SELECT email_key, first_name, last_name, status FROM contacts.contact "
    "LEFT JOIN contacts.membership USING (contact_id) ORDER BY 1, 2, 3, 4"
)


@pytest.fixture
def world(healthy: str, folder: Path, sandbox: str, monkeypatch: pytest.MonkeyPatch) -> World:  # noqa: F811
    """Fifteen hundred candidates, and all that a process finds in its environment."""
    for name in ("expectations", "reference", "sql"):
        (folder / name).symlink_to(PROJECT / "include" / name)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(PROJECT / "plugins"), str(PROJECT)]))
    return World(sandbox, open_warehouse(healthy, KEY), load_syncs(folder).syncs)


@pytest.fixture
def unharmed(world: World, postgres_url: str, copies: Copies, warehouse_template: str) -> Iterator[World]:
    """Another warehouse of the same source."""
    name = copies.take(warehouse_template)
    yield World(world.url, open_warehouse(database_url(postgres_url, name), KEY), world.syncs)
    copies.give_back(warehouse_template, name)


@pytest.mark.parametrize("stage", ["extract", "validate", "classify", "load", "push"])
def test_killed_in_a_stage(world: World, unharmed: World, stage: str) -> None:
    """OPS-4, OPS-5, OPS-10: SIGKILL; then the next run of the same command ends as one that nobody killed."""
    process = subprocess.Popen(COMMAND, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while process.poll() is None and not world.rows("SELECT FROM sync.fetch WHERE stage = :stage", stage=stage):
            time.sleep(0.005)
        killed = process.poll() is None
        process.send_signal(signal.SIGKILL)
    finally:
        process.kill()
        process.wait()
    done = subprocess.run(COMMAND, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    first, last = world.rows("SELECT status, loaded_at FROM sync.fetch ORDER BY fetch_id")
    assert killed
    assert first["status"] == ("failed" if first["loaded_at"] is None else "succeeded")
    assert last["status"] == "succeeded"
    unharmed.fetch(DAILY)
    assert world.rows(END) == unharmed.rows(END)
    assert len(world.rows(END)) > 1000
