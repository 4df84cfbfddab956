"""A small Recruit with the scenario's two modules, and a warehouse."""

from collections.abc import Iterator

import pytest

from contact_sync.warehouse.database import Warehouse
from include.sandbox.server import running
from tests.scenario.product import MonthWorld


@pytest.fixture
def month_world(warehouse: Warehouse) -> Iterator[MonthWorld]:
    """A hundred and fifty candidates and sixty contacts of every kind, on the second of November 2026."""
    with running(
        candidates=150, contacts=60, anchor="2026-11-02T00:00:00Z", modules=["Candidates", "Contacts", "Clients"]
    ) as sandbox:
        world = MonthWorld(sandbox.url, warehouse)
        yield world
        world.close()
