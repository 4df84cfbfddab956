"""What becomes of the records of people who were erased: nobody comes back, and nothing of them is written."""

from typing import Any

import pytest

from contact_sync.core.record_hash import hash_records, stand_in
from contact_sync.core.run import RunInfo
from contact_sync.stages.classify import classify
from contact_sync.stages.load import load
from contact_sync.stages.push import push
from contact_sync.stages.validate import validate
from contact_sync.warehouse.erasure import erase
from contact_sync.warehouse.removals import restore_to_organisation
from contact_sync.warehouse.reverts import revert
from contact_sync.warehouse.secrets import hash_key
from contact_sync.warehouse.suppressions import suppress, unsuppress
from tests.stages.desk import Became, Desk, record
from tests.stages.test_push import add_member, meanwhile, opened
from tests.stages.world import World
from tests.warehouse.erasing_support import NAMES, everything, places

ANN, NEW_ANN, BEN = "ann@canary-3316.example.org", "new@canary-3316.example.org", "ben@mail.example.org"
WHY = "asked for it in writing"
ERASED = Became("ignored", "do_not_mail", "erased")
OF_ANN = [ANN, NEW_ANN, *NAMES.values(), "qzkw"]


def stands_for(desk: Desk, record_id: str) -> str:
    """What the ledger has for a record of somebody erased."""
    (made,) = hash_records(desk.sync.account, desk.sync.module, [record_id], hash_key(desk.warehouse))
    assert made
    return stand_in(made)


def become(desk: Desk, *rows: dict[str, Any], **values: Any) -> dict[str, Became]:
    """What becomes of records, by their own ids although the ledger may not have them."""
    found = desk.take(*rows, **values)
    mine = {stands_for(desk, str(row["id"])): str(row["id"]) for row in rows}
    return {mine.get(key, key): value for key, value in found.items()}


def nothing_of_ann_is_kept(desk: Desk) -> None:
    """In any table."""
    assert places(desk.warehouse, OF_ANN) == {}


@pytest.mark.parametrize(
    ("record_id", "email"),
    [("1", ANN), ("1", NEW_ANN), ("9", ANN), ("9", f" {ANN.upper()} ")],
    ids=["as before", "changed address", "another record", "another spelling"],
)
def test_the_next_import_is_ignored_and_leaves_nothing(desk: Desk, record_id: str, email: str) -> None:
    """OPS-6, OUT-10: the same record, even with a changed address, or the same address from another record; staging is
    emptied of it before anything is decided, and no other table learns of it, whatever the record says of itself.
    """
    desk.take(record("1", ANN, **NAMES), record("5", BEN))
    erase(desk.warehouse, ANN, WHY, "maria")
    telling = record(
        record_id, email, **NAMES, Experience_in_Years="qzkw years", **{"$converted": True, "Email_Opt_Out": True}
    )
    assert become(desk, telling, record("5", BEN, City="Ulm")) == {
        record_id: ERASED, "5": Became("duplicate", "in_list"),
    }  # fmt: skip
    nothing_of_ann_is_kept(desk)
    assert desk.mailable() == {BEN}
    row = desk.rows("SELECT * FROM sync.ledger WHERE sub_code = 'erased'")[0]
    (held,) = desk.rows("SELECT suppression_id FROM contacts.suppression")
    assert (row["evidence"], row["contact_id"]) == ({"suppression": held["suppression_id"]}, None)
    assert desk.rows("SELECT records FROM sync.ignored_by_reason WHERE sub_code = 'erased'")[0]["records"] == 1


def test_an_address_that_was_not_taken_is_erased_with_the_person(desk: Desk) -> None:
    """OPS-6, OUT-13: with which a record of theirs came while they were kept out; it is taken out of links of others,
    and another record that comes with it is theirs.
    """
    desk.take(record("1", ANN, **NAMES), record("5", BEN), record("6", "eve@mail.example.org"))
    suppress(desk.warehouse, [ANN], "blocked", "asked", "otto")
    desk.take(record("1", NEW_ANN, modified=1, **NAMES))
    noted = (
        "SELECT email_key, untaken_key FROM contacts.source_link WHERE record_id IN ('1', '5', '6') ORDER BY record_id"
    )
    assert tuple(desk.rows(noted)[0].values()) == (ANN, NEW_ANN)
    desk.execute("UPDATE contacts.source_link SET untaken_key = :key WHERE record_id = '5'", key=NEW_ANN)
    desk.execute(
        "UPDATE contacts.source_link SET email_key = :key, untaken_key = 'eve@other.example.org' WHERE record_id = '6'",
        key=ANN,
    )
    assert erase(desk.warehouse, ANN, WHY, "maria").addresses == 2
    nothing_of_ann_is_kept(desk)
    ben, eve = [tuple(row.values()) for row in desk.rows(noted)]
    assert (ben, eve[1], eve[0][:7]) == ((BEN, None), "eve@other.example.org", "erased:")
    assert become(desk, record("2", NEW_ANN, modified=2)) == {"2": ERASED}


@pytest.mark.parametrize(
    ("email", "expected"),
    [
        (None, Became("ignored", "empty_email")),
        ("annqzkw", Became("ignored", "invalid_pattern", "syntax")),
        ("info@mail.example.org", Became("ignored", "group_email", "role")),
    ],
)
def test_the_order_of_reasons_holds_for_erased_records(desk: Desk, email: str | None, expected: Became) -> None:
    """OPS-6, OUT-4: a flaw of the address comes first as ever, and even then nothing of the record is kept."""
    desk.take(record("1", ANN, **NAMES))
    erase(desk.warehouse, ANN, WHY, "maria")
    assert become(desk, record("1", email, **NAMES, Experience_in_Years="qzkw years")) == {"1": expected}
    nothing_of_ann_is_kept(desk)


def test_two_records_with_an_erased_address(desk: Desk) -> None:
    """OPS-6, OUT-8: of two records with one erased address one is the file duplicate of the other, as ever."""
    desk.take(record("1", ANN))
    erase(desk.warehouse, ANN, WHY, "maria")
    assert become(desk, record("8", ANN, modified=1), record("9", ANN)) == {
        "8": ERASED, "9": Became("ignored", "file_duplicate"),
    }  # fmt: skip
    nothing_of_ann_is_kept(desk)


def test_somebody_elses_record_with_an_erased_address(desk: Desk) -> None:
    """OPS-6, OUT-13: is ignored, keeps its id and its contact in the ledger, and counts again with its own address."""
    desk.take(record("1", ANN), record("5", BEN))
    erase(desk.warehouse, ANN, WHY, "maria")
    ben = desk.contact(BEN)
    assert desk.take(record("5", ANN, City="Ulm")) == {"5": ERASED}
    assert ben is not None
    assert (
        desk.rows("SELECT contact_id FROM sync.ledger WHERE sub_code = 'erased'")[0]["contact_id"] == ben["contact_id"]
    )
    assert (desk.contact(BEN), desk.mailable()) == (ben, {BEN})
    assert desk.take(record("5", BEN, City="Ulm")) == {"5": Became("duplicate", "in_list")}
    nothing_of_ann_is_kept(desk)


@pytest.mark.parametrize("after", ["extract", "classify"])
def test_erased_between_two_stages(desk: Desk, after: str) -> None:
    """OPS-6, OPS-10: a fetch under way that holds the person's records goes on and brings nothing of them."""
    desk.take(record("1", ANN, **NAMES))
    when = 25 * 60 + 15  # in the window of the second fetch
    run = desk.stage(
        [record("1", NEW_ANN, modified=when, **NAMES), record("5", BEN, modified=when),
         record("6", ANN, modified=when, **NAMES)]
    )  # fmt: skip
    if after == "classify":
        classify(run, desk.warehouse)
    erase(desk.warehouse, ANN, WHY, "maria")
    nothing_of_ann_is_kept(desk)
    validate(run, desk.warehouse)
    classify(run, desk.warehouse)
    assert load(run, desk.warehouse).counts["ignored"] == 2
    nothing_of_ann_is_kept(desk)
    assert desk.mailable() == {BEN}


def test_staged_after_the_erasure_by_a_fetch_that_began_before(desk: Desk) -> None:
    """OPS-6: rows that an extract still held in memory are known when they are decided."""
    desk.take(record("1", ANN, **NAMES))
    run = desk.stage([record("1", NEW_ANN, **NAMES)])
    staged = desk.rows("SELECT to_jsonb(kept)::text AS row FROM staging.fetch_2 AS kept")[0]["row"]
    erase(desk.warehouse, ANN, WHY, "maria")
    desk.execute("DELETE FROM staging.fetch_2")
    desk.execute(
        "INSERT INTO staging.fetch_2 SELECT * FROM jsonb_populate_record(NULL::staging.fetch_2, CAST(:row AS jsonb))",
        row=staged,
    )
    assert NEW_ANN in places(desk.warehouse, OF_ANN)
    desk.classify_and_load(run)
    nothing_of_ann_is_kept(desk)


def test_no_other_act_brings_an_erased_person_back(desk: Desk) -> None:
    """OPS-6, OUT-11: no revert, no restoring, no second import of everything; only unsuppress."""
    desk.take(record("1", ANN, **NAMES))
    desk.take(record("1", NEW_ANN, **NAMES))
    erase(desk.warehouse, NEW_ANN, WHY, "maria")
    for fetch_id in (2, 1):
        revert(desk.warehouse, fetch_id, "wrong view", "otto")
    with pytest.raises(Exception, match="is deleted as 'erased', not by hand"):
        restore_to_organisation(desk.warehouse, "1", "mistake", "otto")
    assert become(desk, record("1", ANN), record("2", NEW_ANN)) == {"1": ERASED, "2": ERASED}
    nothing_of_ann_is_kept(desk)


def test_another_record_with_an_erased_address_stays_known_with_its_next_one(desk: Desk) -> None:
    """OPS-6, OUT-11, OUT-13: also of another account; somebody else's record is not the erased person by that."""
    desk.take(record("1", ANN, **NAMES), record("5", BEN))
    erase(desk.warehouse, ANN, WHY, "maria")
    other = desk.sync.model_copy(update={"sync_id": "other", "account": "recruit_two"})
    first = desk.take(record("1", ANN, **NAMES), sync=other)
    assert list(first.values()) == [ERASED]
    assert list(desk.take(record("1", NEW_ANN, modified=1, **NAMES), sync=other).values()) == [ERASED]
    assert desk.last.changed is False
    nothing_of_ann_is_kept(desk)
    assert desk.take(record("5", ANN, modified=1))["5"] == ERASED
    assert desk.take(record("5", "ben.new@mail.example.org", modified=2))["5"] == Became("duplicate", "in_list")
    unsuppress(desk.warehouse, [ANN], "wants back", "otto", force=True)
    assert desk.rows("SELECT FROM sync.erased") == []
    assert desk.take(record("1", NEW_ANN, modified=1), sync=other) == {"1": Became("new")}


def test_unsuppress_needs_force_and_lifts_all_of_it(desk: Desk) -> None:
    """OUT-17, OPS-6: without force it stays; with it every address and record may come again, as somebody new, and what
    else was suppressed for the person is lifted with it.
    """
    desk.take(record("1", ANN, **NAMES))
    desk.take(record("1", NEW_ANN, **NAMES))
    suppress(desk.warehouse, [ANN], "blocked", "asked", "otto")
    erase(desk.warehouse, NEW_ANN, WHY, "maria")
    told = unsuppress(desk.warehouse, [ANN, BEN], "wants back", "otto")
    assert (told.lifted, told.not_found, told.needs_force) == (1, (2,), (1,))
    assert become(desk, record("1", ANN)) == {"1": ERASED}
    told = unsuppress(desk.warehouse, [f" {ANN.upper()}"], "wants back", "otto", force=True)
    assert (told.lifted, told.not_found, told.needs_force) == (1, (), ())
    assert desk.rows("SELECT FROM sync.erased") == []
    assert desk.take(record("1", NEW_ANN), record("2", ANN)) == {"1": Became("new"), "2": Became("new")}
    assert desk.mailable() == {ANN, NEW_ANN}
    lifted = desk.rows("SELECT DISTINCT lifted_by, lifted_reason FROM contacts.suppression")
    assert [dict(row) for row in lifted] == [{"lifted_by": "otto", "lifted_reason": "wants back"}]


def test_whole_fetches_from_the_source(world: World) -> None:
    """OPS-6, OUT-10: extract makes what a record is known by: read with a new address, it is ignored."""
    world.fetch("candidates_daily")
    row = world.rows(
        "SELECT contact_id, record_id, email FROM contacts.source_link JOIN contacts.contact USING (contact_id) "
        "ORDER BY contact_id LIMIT 1"
    )[0]
    erase(world.warehouse, row["email"], WHY, "maria")
    assert row["email"].casefold() not in "".join(everything(world.warehouse).values()).casefold()
    world.edit(row["record_id"], Email=NEW_ANN, First_Name="Annekeqzkw")
    done = world.fetch("candidates_daily")
    found = world.rows(
        "SELECT reason, sub_code, record_id FROM sync.ledger WHERE fetch_id = :id AND sub_code = 'erased'",
        id=done.fetch_id,
    )
    assert [(each["reason"], each["sub_code"]) for each in found] == [("do_not_mail", "erased")]
    assert found[0]["record_id"] != row["record_id"]
    assert places(world.warehouse, [row["email"], row["record_id"], NEW_ANN, "qzkw"]) == {}


def test_an_erased_person_is_not_pushed(world: World) -> None:
    """OPS-6, PUSH-4: not even somebody who opened."""
    run = loaded(world)
    contact_id = add_member(world, ANN)
    opened(world, contact_id)
    erase(world.warehouse, str(contact_id), WHY, "maria")
    push(run, world.client, world.warehouse, world.clock())
    assert world.rows("SELECT FROM sync.push_ledger WHERE contact_id = :id", id=contact_id) == []


def test_erased_while_a_push_is_under_way(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """OPS-6, PUSH-9: the answer is written, with neither the record that Recruit made nor the response."""
    run = loaded(world)
    contact_id = add_member(world, ANN)
    opened(world, contact_id)

    def erases() -> None:
        erase(world.warehouse, ANN, WHY, "maria")

    meanwhile(monkeypatch, erases)
    push(run, world.client, world.warehouse, world.clock())
    found = world.rows("SELECT outcome, record_id, response_id, detail FROM sync.push_ledger WHERE contact_id = :id",
                       id=contact_id)  # fmt: skip
    assert [dict(row) for row in found] == [
        {"outcome": "inserted", "record_id": None, "response_id": None, "detail": None}
    ]
    assert places(world.warehouse, [ANN]) == {}


def loaded(world: World) -> RunInfo:
    """A run up to load."""
    run = world.run_info("candidates_daily")
    world.extract(run)
    world.finish(run)
    return run
