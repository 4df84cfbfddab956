"""Opt-outs and conversions: of records in scope and out of it, and the fields that tell them (ADV-1, ADV-4, ADV-7)."""

from collections.abc import Iterator
from typing import Any

import pytest

from contact_sync.config.resolved import ResolvedSync
from contact_sync.errors import ConfigError
from contact_sync.warehouse.database import Warehouse
from tests.stages.bulk_world import fetch_of
from tests.stages.sources import sync_of
from tests.stages.tracked import asked, bind, candidates, known, last_call, looked, restore, small_world
from tests.stages.tracked import delete as delete_records
from tests.stages.world import World

OUT = {"opt_out": "remove_from_list"}
FLAGS = "opted_out, converted, contact_record_id, gone_at"
GARDENER = {"Current_Job_Title": "Gardener"}


@pytest.fixture
def world(warehouse: Warehouse) -> Iterator[World]:
    with small_world(warehouse) as world:
        yield world


def flags(rows: list[dict[str, Any]]) -> dict[str, tuple[bool, bool]]:
    """What was seen of live records: opted out, converted."""
    return {row["record_id"]: (row["opted_out"], row["converted"]) for row in rows if row["gone_at"] is None}


def edit(world: World, module: str, record_id: str, **fields: Any) -> None:
    world.control("POST", f"records/{module}", {"edits": [{"id": record_id, **fields}]})


def staged(world: World, run: Any, record_id: str) -> Any:
    """The staged row of a record."""
    fetch_id = fetch_of(world, run)["fetch_id"]
    (row,) = world.rows(f"SELECT * FROM staging.fetch_{fetch_id} WHERE record_id = :id", id=record_id)
    return row


@pytest.mark.parametrize("scope", ["view", "criteria"])
def test_out_of_scope_and_still_noticed(world: World, scope: str) -> None:
    """ADV-7: who left the scope and opts out or converts is seen; who only left, or was never taken, is not."""
    sync = candidates(scope, options=OUT)
    world.fetch(sync.sync_id, sync)
    opted, converted, left, inside = [
        row["id"]
        for row in world.kinds()
        if row["id"] in known(world) and not row["opt_out"] and not row["converted"] and row["approved"]
    ][:4]
    stranger = next(row["id"] for row in world.kinds() if row["id"] not in known(world) and row["kind"] == "plain")
    world.edit(opted, Email_Opt_Out=True, **GARDENER)
    world.edit(left, **GARDENER)
    world.edit(converted, **GARDENER)
    world.control("POST", "records/Candidates/convert", {"ids": [converted], "contact": False})
    world.edit(inside, Email_Opt_Out=True)
    world.edit(stranger, Email_Opt_Out=True)
    run, rows = looked(world, sync)
    assert flags(rows) == {opted: (True, False), converted: (False, True)}
    assert staged(world, run, inside)["opted_out"] is True
    changed = {row["record_id"]: row["modified_at"] for row in rows}
    assert all(changed.values())


@pytest.mark.parametrize(("scope", "listings"), [("view", 2), ("criteria", 1), ("all", 1)])
def test_what_the_look_costs(world: World, scope: str, listings: int) -> None:
    """ADV-7, LIM-5: one narrow listing where the batch is a view; none where it holds all that changed anyway."""
    sync = candidates(scope, options=OUT)
    world.fetch(sync.sync_id, sync)
    world.edit(known(world)[0], City="Leeds")
    before = last_call(world)
    looked(world, sync)
    calls = asked(world, "/v2/Candidates", before)
    assert len(calls) == listings
    assert asked(world, "/deleted", before) == []
    if listings == 2:
        narrow = calls[-1]
        assert "cvid" not in narrow["query"]
        assert narrow["modified_since"] == calls[0]["modified_since"]
        assert (narrow["query"]["converted"], narrow["query"]["approved"]) == ("both", "both")
        fields = set(narrow["query"]["fields"].split(","))
        assert fields == {"Updated_On", "Email_Opt_Out", "$converted", "$converted_detail"}


def test_flags_that_could_not_all_be_read(world: World) -> None:
    """ADV-7, SRC-12, OPS-1: the narrow listing meets a ceiling: the fetch is partial, and the next one looks back."""
    sync = candidates("view", options=OUT)
    world.fetch(sync.sync_id, sync)
    chosen = next(row["id"] for row in world.kinds() if row["id"] in known(world) and row["kind"] == "plain")
    world.edit(chosen, Email_Opt_Out=True, **GARDENER)
    broken = {"kind": "ok_with_error_body", "code": "LIMIT_REACHED", "path": "fields=Updated_On"}
    world.control("POST", "faults", broken)
    world.control("POST", "clock", {"advance_seconds": 3600})
    run = world.run_info(sync.sync_id)
    world.extract(run, sync)
    assert world.finish(run).status == "partial"
    assert any("were not all seen, which is left for a later run" in each for each in fetch_of(world, run)["warnings"])
    world.control("POST", "clock", {"advance_seconds": 3600})
    assert flags(looked(world, sync)[1]) == {chosen: (True, False)}


def test_where_nothing_is_in_force(world: World) -> None:
    """ADV-1, ADV-4: Contacts never convert; without an opt-out choice nobody looks, unless a pair is bound to one."""
    world.control("POST", "settings", {"modules": ["Contacts"]})
    sync = sync_of("tracked", source={"module": "Contacts", "scope": "view", "view": "Primary contacts"})
    world.fetch(sync.sync_id, sync)
    chosen = known(world)[0]
    edit(world, "Contacts", chosen, Is_primary_contact=False, Email_Opt_Out=True)
    run, _ = looked(world, sync)
    assert fetch_of(world, run)["sighted_rows"] is None
    bind(world, opt_out="remove_from_list")
    _, rows = looked(world, sync)
    assert flags(rows) == {chosen: (True, False)}


def test_no_look_beside_the_first_fetch(world: World) -> None:
    """ADV-7: the first fetch has taken nobody yet: the batch is enough."""
    run, _ = looked(world, candidates("view", options=OUT))
    assert fetch_of(world, run)["sighted_rows"] is None
    assert all("cvid" in call["query"] for call in asked(world, "/v2/Candidates"))


def test_unapproved_is_out_of_scope_too(world: World) -> None:
    """ADV-7, SRC-8: a record that waits for approval again is skipped, its opt-out still seen; or it is taken."""
    sync = candidates(options=OUT)
    world.fetch(sync.sync_id, sync)
    chosen = known(world)[0]
    edit(world, "Candidates", chosen, **{"$approved": False, "Email_Opt_Out": True})
    assert flags(looked(world, sync)[1]) == {chosen: (True, False)}
    assert flags(looked(world, candidates(options=OUT, source={"unapproved": "take"}))[1]) == {}


def test_a_restored_record_is_seen_live(world: World) -> None:
    """ADV-2, ADV-7: restored out of scope, it is no longer among the deleted, and seen as live."""
    sync = candidates("view", options={**OUT, "deleted": "remove_from_list"})
    world.fetch(sync.sync_id, sync)
    chosen = known(world)[0]
    world.edit(chosen, **GARDENER)
    delete_records(world, [chosen])
    world.execute(
        "UPDATE contacts.source_link SET gone_at = now(), gone_kind = 'recycle' WHERE record_id = :id", id=chosen
    )
    restore(world, [chosen])
    _, rows = looked(world, sync)
    assert [(row["record_id"], row["gone_at"], row["opted_out"]) for row in rows] == [(chosen, None, False)]


@pytest.mark.parametrize("becomes", [True, False])
def test_what_a_candidate_became(world: World, becomes: bool) -> None:
    """ADV-4: the Contact's id where the source tells it: in the batch, and of a record out of scope; else nothing."""
    sync = candidates("criteria")
    world.fetch(sync.sync_id, sync)
    inside, outside = [row["id"] for row in world.kinds() if row["id"] in known(world) and not row["converted"]][:2]
    world.edit(outside, **GARDENER)
    made = world.control("POST", "records/Candidates/convert", {"ids": [inside, outside], "contact": becomes})
    contacts = made["contacts"] if becomes else [None, None]
    run, rows = looked(world, sync)
    assert (staged(world, run, inside)["converted"], staged(world, run, inside)["contact_record_id"]) == (
        True,
        contacts[0],
    )
    assert [(row["record_id"], row["contact_record_id"]) for row in rows] == [(outside, contacts[1])]


def custom(field: str | None = "Mentor", **keys: Any) -> ResolvedSync:
    options = {**OUT, **({"opt_out_field": field} if field else {})}
    return sync_of("tracked", source={"module": keys.pop("module", "Alumni")}, options=options, **keys)


def test_the_flag_of_a_custom_module(world: World) -> None:
    """ADV-1: elsewhere than on Candidates and Contacts the named field is read."""
    run, _ = looked(world, custom())
    alumni = world.control("GET", "kinds/Alumni")
    ids = ",".join(row["id"] for row in alumni)
    truth = {row["id"]: row["Mentor"] is True for row in world.control("GET", f"records/Alumni?ids={ids}")}
    fetch_id = fetch_of(world, run)["fetch_id"]
    found = world.rows(f"SELECT record_id, opted_out FROM staging.fetch_{fetch_id}")
    assert {row["record_id"]: row["opted_out"] for row in found} == truth
    assert set(truth.values()) == {True, False}


def test_another_flag_on_candidates(world: World) -> None:
    """ADV-1: opt_out_field goes before Email_Opt_Out; a value that is neither true nor false is kept as a misfit."""
    world.control("POST", "schema/Candidates", {"add": {"No_Mail": "boolean"}, "values": {"No_Mail": False}})
    usual = next(row["id"] for row in world.kinds() if row["opt_out"])
    other, odd = [row["id"] for row in world.kinds() if row["kind"] == "plain"][:2]
    edit(world, "Candidates", other, No_Mail="true")
    edit(world, "Candidates", odd, No_Mail="sometimes")
    run, _ = looked(world, custom("No_Mail", module="Candidates"))
    assert [staged(world, run, each)["opted_out"] for each in (usual, other, odd)] == [False, True, False]
    assert staged(world, run, odd)["misfits"] == {"opted_out": {"raw": "sometimes", "reason": "not true or false"}}


@pytest.mark.parametrize(
    ("module", "field", "gone"), [("Alumni", "Mentor", "Mentor"), ("Candidates", None, "Email_Opt_Out")]
)
def test_a_vanished_flag_stops_the_run(world: World, module: str, field: str | None, gone: str) -> None:
    """ADV-1, SRC-10: as for the e-mail field, nothing is read or written; the message names field, file and option."""
    sync = custom(field, module=module)
    world.control("POST", f"schema/{module}", {"rename": {gone: f"{gone}_2"}})
    with pytest.raises(
        ConfigError, match=rf"no field {gone}.*Did you mean '{gone}_2'.*options\.opt_out_field in include/"
    ):
        world.extract(world.run_info(sync.sync_id), sync)
    assert asked(world, f"/v2/{module}") == []


def test_a_flag_that_no_option_needs_may_be_missing(world: World) -> None:
    """ADV-1: with dont_exclude nobody looks at the flag."""
    world.control("POST", "schema/Candidates", {"remove": ["Email_Opt_Out"]})
    assert world.fetch("tracked", candidates()).status == "succeeded"


def applicants(field: str) -> ResolvedSync:
    source = {"application": "talent-desk", "report": "All_Applicants", "date_format": "dd-MMM-yyyy HH:mm:ss"}
    options = {**OUT, "opt_out_field": field}
    keys = {"account": "creator_demo", "policies": {"creator_all": "unbounded"}}
    return sync_of("tracked", source=source, options=options, **keys)


def test_the_flag_of_a_report(world: World) -> None:
    """ADV-1: a decision box of Creator arrives as text; a report that does not show it is an error."""
    truth = world.control("GET", "creator/kinds/talent-desk/All_Applicants")
    one, other = [row["id"] for row in truth if row["kind"] == "plain"][:2]
    edits = [{"ID": one, "Newsletter": True}, {"ID": other, "Newsletter": False}]
    world.control("POST", "creator/rows/talent-desk/All_Applicants", {"edits": edits})
    run, _ = looked(world, applicants("Newsletter"))
    assert (staged(world, run, one)["opted_out"], staged(world, run, other)["opted_out"]) == (True, False)
    hide = {"application": "talent-desk", "report": "All_Applicants", "hide": ["Newsletter"]}
    world.control("POST", "creator/show", hide)
    with pytest.raises(ConfigError, match="no field Newsletter"):
        world.extract(world.run_info("tracked"), applicants("Newsletter"))
