"""A read by bulk that is killed at each of its steps."""

from collections.abc import Iterator

import pytest

from contact_sync.config.loader import load_syncs
from contact_sync.paths import include_folder
from contact_sync.warehouse.database import Warehouse
from include.sandbox.server import running
from tests.stages.bulk_world import DAILY, MOST_STEPS, READ, kill_at_steps
from tests.stages.world import World


@pytest.fixture
def world(warehouse: Warehouse) -> Iterator[World]:
    """Ninety candidates, forty a page: three pages."""
    with running(candidates=90) as sandbox:
        world = World(sandbox.url, warehouse, load_syncs(include_folder(), only=DAILY).syncs)
        world.control("POST", "settings", {"bulk_page_rows": 40, "bulk_seconds": 0, "max_tokens": 1000})
        yield world


@pytest.mark.timeout(600)
def test_killed_between_every_two_steps(world: World) -> None:
    """OPS-4: before and after each commit and after each call; the batch is the same, no job is made twice."""
    reached = kill_at_steps(world, range(1, MOST_STEPS))
    assert len(reached) > 30
    assert reached.count(f"after POST {READ}") == 3
    assert {"before a commit", "after a commit"} <= set(reached)
