"""Address and names that no file maps and the source's own fields tell: told once, missed when they vanish."""

from collections.abc import Iterator

import pytest

from contact_sync.errors import ConfigError
from contact_sync.warehouse.database import Warehouse
from include.sandbox.server import running
from tests.stages.sources import sync_of
from tests.stages.world import World

NAMES = "SELECT count(first_name) AS first_name, count(last_name) AS last_name FROM contacts.contact"


@pytest.fixture
def few(warehouse: Warehouse) -> Iterator[World]:
    """A sandbox with a custom module and a report, and few records."""
    with running(candidates=5) as sandbox:
        world = World(sandbox.url, warehouse, {})
        world.control("POST", "reset", {"candidates": 5, "modules": ["Candidates", "Alumni"], "alumni": 12})
        yield world


def warnings(world: World) -> list[str]:
    return list(world.one("SELECT warnings FROM sync.fetch ORDER BY fetch_id DESC LIMIT 1"))


def test_a_told_name_field_that_vanished_is_missed(few: World) -> None:
    """SRC-10, MAP-1: at each fetch, until the file says something else; new fields change nothing."""
    source = {"module": "Alumni"}
    sync = sync_of("alumni", source=source, each_fetch="all")
    run = few.run_info(sync.sync_id)
    for _ in range(2):  # a second attempt tells the same
        few.extract(run, sync)
        told = few.one("SELECT told_mapping FROM sync.fetch")
        assert [(line["target"], line["source"]) for line in told] == [("email", "Email"), ("last_name", "Name")]
    assert few.finish(run).status == "succeeded"
    before = dict(few.rows(NAMES)[0])
    assert before["last_name"] > 0
    few.control("POST", "schema/Alumni", {"remove": ["Name"], "add": {"Last_Name": "text", "Work_Email": "email"}})
    for _ in range(2):
        assert few.fetch(sync.sync_id, sync).status == "degraded"
        assert (
            "The source has no field Name any more: last_name keeps its former values. "
            "Say what fills it in include/syncs/alumni.yaml, mapping.last_name, or null."
        ) in warnings(few)
    assert dict(few.rows(NAMES)[0]) == before
    without = sync_of("alumni", source=source, each_fetch="all", mapping={"last_name": None})
    assert few.fetch(without.sync_id, without).status == "succeeded"


def test_a_told_address_field_that_vanished_stops_the_run(few: World) -> None:
    """SRC-10, MAP-1: another field of type e-mail that is there now is not mailed to, unless the file says so."""
    source = {"module": "Alumni"}
    sync = sync_of("alumni", source=source)
    few.fetch(sync.sync_id, sync)
    before = few.one("SELECT count(*) FROM sync.ledger")
    few.control("POST", "schema/Alumni", {"rename": {"Email": "Office_Email"}})
    with pytest.raises(
        ConfigError, match=r"no field Email, which the e-mail address is mapped from\. .*mapping\.email"
    ):
        few.fetch(sync.sync_id, sync)
    assert few.one("SELECT count(*) FROM sync.ledger") == before
    few.control("POST", "clock", {"advance_seconds": 13 * 3600})  # the failed run counts as left behind
    told = sync_of("alumni", source=source, mapping={"email": "Office_Email"})
    assert few.fetch(told.sync_id, told).status == "succeeded"


def test_a_part_of_a_report_that_is_shown_no_more_is_missed(few: World) -> None:
    """SRC-10, MAP-1: both names of a report's name field, each by its own warning."""
    report = {"application": "talent-desk", "report": "All_Applicants", "date_format": "dd-MMM-yyyy HH:mm:ss"}
    sync = sync_of("applicants", account="creator_demo", source=report, policies={"creator_all": "unbounded"})
    assert few.fetch(sync.sync_id, sync).status == "succeeded"
    sources = few.one("SELECT told_mapping FROM sync.fetch")
    assert [line["source"] for line in sources] == ["Email", "Name.first_name", "Name.last_name"]
    shown = {"application": "talent-desk", "report": "All_Applicants"}
    few.control("POST", "creator/show", {**shown, "hide": ["Name"]})
    assert few.fetch(sync.sync_id, sync).status == "degraded"
    told = [each.split(": ")[0] for each in warnings(few)]
    assert {f"The source has no field Name.{part} any more" for part in ("first_name", "last_name")} <= set(told)
    few.control("POST", "creator/show", {**shown, "show": ["Name"]})
    assert few.fetch(sync.sync_id, sync).status == "succeeded"
