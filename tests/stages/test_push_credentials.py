"""Nobody is pushed with credentials of perhaps another account (ACC-4)."""

import pytest

from contact_sync.core.run import RunInfo
from contact_sync.errors import SyncSkipped
from contact_sync.stages import states
from contact_sync.stages.push import push
from contact_sync.warehouse import accounts
from tests.stages.test_push import SYNC, add_member, loaded, opened, pushed_rows  # noqa: F401 - a fixture
from tests.stages.world import World

OLD, NEW = "0" * 80, "0" * 79 + "1"
"""Two fingerprints under one key."""


@pytest.fixture
def opener(world: World, loaded: RunInfo) -> RunInfo:  # noqa: F811 - the fixture
    """A loaded run with somebody to push, of an account whose credentials are known."""
    opened(world, add_member(world, "ann@web.example.org"))
    with world.warehouse.transaction() as connection:
        accounts.see(connection, "recruit_demo", OLD, deactivate=True, now=world.clock())
    return loaded


def pushes(world: World, run: RunInfo, credentials: str | None) -> int:
    """How many people one attempt at the task pushed."""
    done = push(run, world.client, world.warehouse, world.clock(), lambda account: credentials)
    return done.counts["pushed"]


def test_a_push_stops_at_changed_credentials(world: World, opener: RunInfo) -> None:
    """ACC-4: edited since extract, or before the task is cleared; activated, the same run's push goes on."""
    for credentials in (NEW, None):
        with pytest.raises(SyncSkipped, match=r"credentials_changed\..*contact-sync activate"):
            pushes(world, opener, credentials)
    assert pushed_rows(world) == 0
    (fetch,) = world.rows("SELECT status, warnings FROM sync.fetch")
    assert fetch["status"] == "partial"
    assert "Nobody was pushed: skipped: credentials_changed." in " ".join(fetch["warnings"])
    assert world.one("SELECT inactive_reason FROM sync.sync WHERE sync_id = :sync_id", sync_id=SYNC) is not None
    states.activate_account(world.warehouse, "recruit_demo", "ann", None, None, world.clock())
    assert pushes(world, opener, NEW) == 1


def test_a_push_goes_on_with_the_credentials_that_are_known(world: World, opener: RunInfo) -> None:
    """ACC-4: the same, or not readable now, which the client then says."""
    assert pushes(world, opener, OLD) == 1
    assert pushes(world, opener, None) == 0
