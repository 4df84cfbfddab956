"""Fixtures of the stages: see world.py."""

from collections.abc import Iterator

import pytest

from contact_sync.config.loader import load_syncs
from contact_sync.paths import include_folder
from contact_sync.warehouse.database import Warehouse
from include.sandbox.server import running
from tests.stages.desk import Desk
from tests.stages.office import Office
from tests.stages.pushing import Post
from tests.stages.world import World


@pytest.fixture
def world(warehouse: Warehouse) -> Iterator[World]:
    """Five hundred candidates of every kind, and the example syncs, which tell Recruit of no campaigns here."""
    syncs = load_syncs(include_folder()).syncs
    quiet = {name: sync.model_copy(update={"campaigns": ()}) for name, sync in syncs.items()}
    with running(candidates=500) as sandbox:
        yield World(sandbox.url, warehouse, quiet)


@pytest.fixture(scope="module")
def empty_source_url() -> Iterator[str]:
    """URL of a sandbox with hardly a record, for the tests of a module."""
    with running(candidates=4, contacts=3, clients=3, modules=("Candidates", "Contacts", "Clients")) as sandbox:
        yield sandbox.url


@pytest.fixture
def post(empty_source_url: str, warehouse: Warehouse) -> Post:
    """Pushes of an account to a sandbox with hardly a record; nobody has been fetched."""
    world = World(empty_source_url, warehouse, {})
    world.control("POST", "reset", {"modules": ["Candidates", "Contacts", "Clients"], "max_tokens": 1000})
    return Post(world)


@pytest.fixture
def desk(warehouse: Warehouse) -> Desk:
    """The daily example sync, without HTTP in front of it."""
    return Desk(warehouse, load_syncs(include_folder(), only="candidates_daily").syncs["candidates_daily"])


@pytest.fixture
def office(desk: Desk) -> Office:
    """Runs of several syncs that only begin."""
    return Office(desk.warehouse, desk.sync)


@pytest.fixture(scope="module")
def bulk_source_url() -> Iterator[str]:
    """URL of a sandbox for the tests of a module."""
    with running(candidates=400) as sandbox:
        yield sandbox.url


@pytest.fixture
def bulk_world(bulk_source_url: str, warehouse: Warehouse) -> World:
    """Four hundred candidates, 150 a bulk page: three pages; jobs are done at once."""
    world = World(bulk_source_url, warehouse, load_syncs(include_folder()).syncs)
    world.control("POST", "reset", {"candidates": 400})
    world.control("POST", "settings", {"bulk_page_rows": 150, "bulk_seconds": 0, "max_tokens": 1000})
    return world
