"""Criteria over related modules where the path itself is missing: nobody's Client, a field that is gone (SRC-5)."""

from collections.abc import Iterator

import pytest

from contact_sync.errors import ConfigError
from contact_sync.warehouse.database import Warehouse
from include.sandbox.server import running
from tests.stages.sources import condition, sync_of
from tests.stages.world import World

SIZES = {"contacts": 20, "clients": 4, "job_openings": 6}


@pytest.fixture
def world(warehouse: Warehouse) -> Iterator[World]:
    """A sandbox with a few Contacts, Clients and Job Openings."""
    with running(candidates=0) as sandbox:
        world = World(sandbox.url, warehouse, {})
        world.control("POST", "reset", {"candidates": 0, "modules": ["Contacts", "Clients", "Job_Openings"], **SIZES})
        yield world


@pytest.mark.parametrize("policy", ["contact", "client"])
def test_nobody_s_opening_belongs_to_nobody(world: World, policy: str) -> None:
    """SRC-5: a Contact without a Client has no part in a Job Opening that has none either."""
    contact = world.control("GET", "kinds/Contacts")[0]["id"]
    opening = world.control("GET", "kinds/Job_Openings")[0]["id"]
    world.control("POST", "records/Contacts", {"edits": [{"id": contact, "Client_Name": None}]})
    nobodys = {"id": opening, "Client_Name": None, "Contact_Name": None, "Job_Opening_Status": "Nobody's"}
    world.control("POST", "records/Job_Openings", {"edits": [nobodys]})
    criteria = {"conditions": {1: condition("Job_Openings.Job_Opening_Status", "equals", "Nobody's")}}
    sync = sync_of(
        "nobodys",
        policies={"contact_job_path": policy},
        source={"module": "Contacts", "scope": "criteria", "criteria": criteria},
    )
    manifest = world.fetch(sync.sync_id, sync)
    assert (manifest.counts["out_of_scope"], manifest.counts["total"]) == (20, 0)


def test_a_related_module_that_is_not_on_offer(world: World) -> None:
    """ACC-5: at run time the error names edition, modules on offer and the close match, under the key to be mended."""
    world.control("POST", "reset", {"modules": ["Contacts", "Job_Openings"], **SIZES})
    criteria = {"conditions": {1: condition("Clients.Industry", "is_empty")}}
    sync = sync_of("lost", source={"module": "Contacts", "scope": "criteria", "criteria": criteria})
    told = r"^source.criteria: this account \(Staffing agency, Enterprise\) does not offer 'Clients'\..* Allowed: "
    with pytest.raises(ConfigError, match=told):
        world.extract(world.run_info(sync.sync_id), sync)


@pytest.mark.parametrize("field", ["Clients.Industry", "Job_Openings.Job_Opening_Status"])
def test_a_vanished_path_stops_the_run(world: World, field: str) -> None:
    """SRC-10, SRC-5: without Client_Name every Contact would be one of no Client, and out of scope without a word."""
    world.control("POST", "schema/Contacts", {"remove": ["Client_Name"]})
    criteria = {"conditions": {1: condition(field, "is_empty")}}
    sync = sync_of("lost", source={"module": "Contacts", "scope": "criteria", "criteria": criteria})
    with pytest.raises(
        ConfigError, match=r"Contacts of this account has no Client_Name that points at Clients, .*SRC-5"
    ):
        world.extract(world.run_info(sync.sync_id), sync)
    assert world.one("SELECT count(*) FROM contacts.contact") == 0
