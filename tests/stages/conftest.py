"""Fixtures of the stages: see world.py."""

from collections.abc import Iterator

import pytest

from contact_sync.config.loader import load_syncs
from contact_sync.paths import include_folder
from contact_sync.warehouse.database import Warehouse
from include.sandbox.server import running
from tests.stages.desk import Desk
from tests.stages.world import World


@pytest.fixture
def world(warehouse: Warehouse) -> Iterator[World]:
    """Five hundred candidates of every kind, and the example syncs."""
    with running(candidates=500) as sandbox:
        yield World(sandbox.url, warehouse, load_syncs(include_folder()).syncs)


@pytest.fixture
def desk(warehouse: Warehouse) -> Desk:
    """The daily example sync, without HTTP in front of it."""
    return Desk(warehouse, load_syncs(include_folder(), only="candidates_daily").syncs["candidates_daily"])
