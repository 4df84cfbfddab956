"""People whose record was deleted at the source: last live record, shared people, restored records (ADV-2, ADV-5)."""

import pytest

from contact_sync.config.loader import load_syncs
from contact_sync.config.resolved import ResolvedSync
from contact_sync.errors import ConfigError
from contact_sync.paths import include_folder
from contact_sync.warehouse import removals
from contact_sync.warehouse.database import Warehouse
from tests.stages.desk import Became, record
from tests.stages.options_desk import OptionsDesk, deleted, passed_by

ANN, BOB = "ann@mail.example.org", "bob@mail.example.org"
SUBSCRIBED, GONE = ("subscribed", None), ("removed", "deleted")
KEPT = Became("deleted", "kept", "recycle")
FROM_LIST, FROM_ORG = (
    Became("deleted", "removed_from_list", "recycle"),
    Became("deleted", "removed_from_org", "recycle"),
)


@pytest.fixture
def desk(warehouse: Warehouse) -> OptionsDesk:
    return OptionsDesk(warehouse, load_syncs(include_folder(), only="candidates_daily").syncs["candidates_daily"])


@pytest.fixture
def leaving(desk: OptionsDesk) -> ResolvedSync:
    """The sync with deleted: remove_from_list."""
    return desk.choosing(deleted="remove_from_list")


def ann(record_id: str = "1", **fields: object) -> dict[str, object]:
    return record(record_id, ANN, **fields)


def test_the_membership_leaves_the_list(desk: OptionsDesk, leaving: ResolvedSync) -> None:
    """ADV-2 remove_from_list: this list only, nothing is erased, counted as deleted; bin and permanent told apart."""
    desk.take(ann(), record("2", BOB), sync=leaving)
    desk.take(ann(), sync=desk.named("another"))
    assert desk.see(deleted("1"), deleted("2", kind="permanent"), sync=leaving) == {
        "1": FROM_LIST,
        "2": Became("deleted", "removed_from_list", "permanent"),
    }
    assert (desk.standing(ANN), desk.standing(BOB), desk.standing(ANN, "another")) == (GONE, GONE, SUBSCRIBED)
    assert (desk.is_deleted(ANN), desk.is_deleted(BOB)) == (None, None)
    assert desk.counted() == (2, 0, 2)
    assert (desk.last.counts["read"], desk.last.counts["total"]) == (0, 0)
    assert (desk.why("1"), desk.last.changed) == ({}, True)
    marks = desk.rows("SELECT record_id, gone_kind FROM contacts.source_link ORDER BY record_id")
    assert [tuple(row.values()) for row in marks] == [("1", "recycle"), ("2", "permanent")]


def test_the_person_is_marked_deleted_in_the_organisation(desk: OptionsDesk) -> None:
    """ADV-2 remove_from_org: every membership ends; the contact and its history stay."""
    sync = desk.choosing(deleted="remove_from_org")
    desk.take(ann(City="Ulm"), sync=sync)
    assert desk.see(deleted("1"), sync=sync) == {"1": FROM_ORG}
    assert (desk.is_deleted(ANN), desk.standing(ANN)) == ("deleted", GONE)
    assert desk.contact(ANN)["fields"] == {"city": "Ulm"}  # type: ignore[index]
    assert desk.counted() == (1, 0, 1)


def test_a_deletion_is_dealt_with_once(desk: OptionsDesk, leaving: ResolvedSync) -> None:
    """ADV-2: windows overlap and ids are compared every time; told again, it is neither counted nor written again."""
    desk.take(ann(), sync=leaving)
    desk.see(deleted("1"), sync=leaving)
    for again in (deleted("1"), deleted("1", 90, "absent"), deleted("1", 90, "permanent")):
        assert desk.see(again, sync=leaving) == {}
        assert desk.counted() == (0, 0, 0)
    assert desk.rows("SELECT gone_kind FROM contacts.source_link") == [{"gone_kind": "permanent"}]


def test_a_record_never_taken_is_nobody_s(desk: OptionsDesk, leaving: ResolvedSync) -> None:
    """ADV-2: whoever was ignored, or came through another sync, does not leave by this one."""
    desk.take(ann(), sync=desk.named("another", leaving.list_name))
    desk.take(record("2", "info@mail.example.org"), sync=leaving)
    assert desk.see(deleted("1"), deleted("2"), deleted("99"), sync=leaving) == {}
    assert desk.standing(ANN) == SUBSCRIBED


def test_a_membership_leaves_with_its_last_live_record(desk: OptionsDesk, leaving: ResolvedSync) -> None:
    """ADV-2: two records of one person; the first deletion keeps, the second removes."""
    desk.take(ann(), sync=leaving)
    desk.take(ann("2"), sync=leaving)
    assert desk.see(deleted("1"), sync=leaving) == {"1": KEPT}
    assert (desk.why("1"), desk.standing(ANN), desk.counted()) == ({"other_live_records": 1}, SUBSCRIBED, (0, 0, 0))
    assert desk.see(deleted("2", 90), sync=leaving) == {"2": FROM_LIST}
    assert (desk.standing(ANN), desk.counted()) == (GONE, (1, 0, 1))


def test_both_deleted_in_one_fetch(desk: OptionsDesk, leaving: ResolvedSync) -> None:
    """ADV-2: the one deleted last decides; until then the person had a live record."""
    desk.take(ann(), sync=leaving)
    desk.take(ann("2"), sync=leaving)
    assert desk.see(deleted("2", 50), deleted("1", 60), sync=leaving) == {"1": FROM_LIST, "2": KEPT}
    assert desk.why("2") == {"other_live_records": 1}
    assert (desk.standing(ANN), desk.counted()) == (GONE, (1, 0, 1))


def test_a_live_record_of_another_sync_keeps_the_membership(desk: OptionsDesk, leaving: ResolvedSync) -> None:
    """ADV-2: whichever sync and module supplies it, and one that is taken in this very fetch."""
    contacts = desk.named("contacts", leaving.list_name, module="Contacts")
    desk.take(ann(), record("2", BOB), sync=leaving)
    desk.take(ann("501"), sync=contacts)
    rows = [record("3", BOB, modified=1)]
    assert desk.see(deleted("1"), deleted("2"), rows=rows, sync=leaving) == {"1": KEPT, "2": KEPT}
    assert (desk.standing(ANN), desk.standing(BOB)) == (SUBSCRIBED, SUBSCRIBED)
    assert desk.why("1") == {"other_live_records": 1}
    # a record in another list supplies another membership
    desk.take(record("3", BOB), sync=desk.named("elsewhere"))
    assert desk.see(deleted("3", 120), sync=leaving) == {"3": FROM_LIST}


def test_each_sync_deals_with_a_deletion_by_its_own_choice(desk: OptionsDesk, leaving: ResolvedSync) -> None:
    """ADV-2: two syncs on one record, two lists; what the one has seen the other has yet to see."""
    other = desk.named("another", deleted="remove_from_list")
    keeping = desk.named("keeping")
    for sync in (leaving, other, keeping):
        desk.take(ann(), sync=sync)
    for sync, became in ((leaving, FROM_LIST), (keeping, KEPT), (other, FROM_LIST)):
        assert desk.see(deleted("1"), sync=sync) == {"1": became}
    assert [desk.standing(ANN, each.list_name) for each in (leaving, other, keeping)] == [GONE, GONE, SUBSCRIBED]


@pytest.mark.parametrize(("policy", "elsewhere"), [("list_only", SUBSCRIBED), ("remove", GONE)])
def test_a_shared_person(desk: OptionsDesk, policy: str, elsewhere: tuple[str, str | None]) -> None:
    """ADV-2 shared_contacts: supplied by another sync too, the person leaves this list only, or all under `remove`."""
    sync = desk.choosing(deleted="remove_from_org")
    sync = sync.model_copy(update={"policies": sync.policies.model_copy(update={"shared_contacts": policy})})
    desk.take(ann(), record("2", BOB), sync=sync)
    desk.take(ann(), sync=desk.named("another"))
    became = desk.see(deleted("1"), deleted("2"), sync=sync)
    assert became == {"1": FROM_LIST if policy == "list_only" else FROM_ORG, "2": FROM_ORG}
    assert desk.why("1") == ({"shared_contact": True} if policy == "list_only" else {})
    assert (desk.standing(ANN), desk.standing(ANN, "another")) == (GONE, elsewhere)
    assert (desk.is_deleted(ANN), desk.is_deleted(BOB)) == (None if policy == "list_only" else "deleted", "deleted")
    assert desk.counted() == (2, 0, 2)


def test_who_left_the_other_list_is_shared_no_more(desk: OptionsDesk) -> None:
    """ADV-2: an ended membership supplies nobody."""
    sync = desk.choosing(deleted="remove_from_org")
    desk.take(ann(), sync=sync)
    desk.take(ann(), sync=desk.named("another"))
    desk.execute("UPDATE contacts.membership SET status = 'removed', reason = 'removed_by_hand' WHERE list_id <> 1")
    assert desk.see(deleted("1"), sync=sync) == {"1": FROM_ORG}


def test_an_older_pair_stays(desk: OptionsDesk, leaving: ResolvedSync) -> None:
    """ADV-5: deleted was switched on after the record was taken; and off after another was."""
    desk.take(ann())
    desk.take(record("2", BOB), sync=leaving)
    assert desk.see(deleted("1"), sync=leaving) == {"1": KEPT}
    assert (desk.why("1"), desk.standing(ANN)) == ({"option_newer_than_record": True}, SUBSCRIBED)
    assert desk.see(deleted("2")) == {"2": FROM_LIST}
    assert (desk.why("2"), desk.standing(BOB)) == ({"option_newer_than_record": True}, GONE)


def test_fetched_and_deleted_counts_by_the_later(desk: OptionsDesk, leaving: ResolvedSync) -> None:
    """ADV-2: changed after the deletion it is live; deleted after the change it leaves, new ones too."""
    desk.take(ann(), record("2", BOB), sync=leaving)
    rows = [ann(modified=70), record("2", BOB, modified=50), record("3", "cem@mail.example.org", modified=50)]
    became = desk.see(deleted("1", 60), deleted("2", 60), deleted("3", 60), rows=rows, sync=leaving)
    assert became == {"1": KEPT, "2": FROM_LIST, "3": FROM_LIST}
    assert desk.why("1") == {"fetched_later": True}
    assert [desk.standing(each) for each in (ANN, BOB, "cem@mail.example.org")] == [SUBSCRIBED, GONE, GONE]
    assert desk.counted() == (2, 0, 2)
    assert (desk.last.counts["total"], desk.last.counts["new"]) == (3, 1)
    assert "cem@mail.example.org" not in desk.mailable()


def test_a_restored_record_comes_back(desk: OptionsDesk, leaving: ResolvedSync) -> None:
    """ADV-2: as a duplicate into the list, as re_added into the organisation; deleted once more it leaves once more."""
    whole = desk.named("whole", deleted="remove_from_org")
    desk.take(ann(), sync=leaving)
    desk.take(record("2", BOB), sync=whole)
    desk.see(deleted("1"), sync=leaving)
    desk.see(deleted("2"), sync=whole)
    assert desk.take(ann(modified=70), sync=leaving) == {"1": Became("duplicate", "no_list")}
    assert desk.take(record("2", BOB, modified=70), sync=whole) == {"2": Became("re_added")}
    assert (desk.standing(ANN), desk.standing(BOB, "whole")) == (SUBSCRIBED, SUBSCRIBED)
    assert desk.rows("SELECT FROM contacts.source_link WHERE gone_at IS NOT NULL") == []
    assert desk.see(deleted("1", 80), sync=leaving) == {"1": FROM_LIST}
    assert desk.standing(ANN) == GONE


def test_a_restored_record_is_live_whatever_becomes_of_it(desk: OptionsDesk, leaving: ResolvedSync) -> None:
    """ADV-2, ADV-7: ignored, or out of scope, it is live all the same, and its next deletion counts."""
    desk.take(ann(), record("2", BOB), sync=leaving)
    desk.see(deleted("1"), deleted("2"), sync=leaving)
    rows = [record("1", "info@mail.example.org", modified=70)]
    desk.see(passed_by("2", 70), rows=rows, sync=leaving)
    assert desk.rows("SELECT FROM contacts.source_link WHERE gone_at IS NOT NULL") == []
    assert set(desk.see(deleted("1", 80), deleted("2", 80), sync=leaving)) == {"1", "2"}


def test_nobody_to_remove(desk: OptionsDesk, leaving: ResolvedSync) -> None:
    """ADV-2, OUT-18: a removal by hand holds; the deletion is told, and applied to nobody."""
    desk.take(ann(), sync=leaving)
    desk.execute("UPDATE contacts.membership SET status = 'removed', reason = 'removed_by_hand'")
    assert desk.see(deleted("1"), sync=leaving) == {"1": KEPT}
    assert (desk.why("1"), desk.counted()) == ({"not_in_the_list": True}, (0, 0, 0))
    assert desk.standing(ANN) == ("removed", "removed_by_hand")


def test_who_has_left_the_list_leaves_the_organisation(desk: OptionsDesk) -> None:
    """ADV-2 remove_from_org: also somebody who is in the list no more."""
    sync = desk.choosing(deleted="remove_from_org")
    desk.take(ann(), sync=sync)
    desk.execute("UPDATE contacts.membership SET status = 'removed', reason = 'removed_by_hand'")
    assert desk.see(deleted("1"), sync=sync) == {"1": FROM_ORG}
    assert (desk.is_deleted(ANN), desk.counted()) == ("deleted", (0, 0, 1))
    assert desk.standing(ANN) == ("removed", "removed_by_hand")


def test_restored_by_hand_who_is_deleted_since_comes_back_with_a_fetch(desk: OptionsDesk) -> None:
    """OUT-18, OUT-2, ADV-2: held out of the list, deleted with the record, restored at the source: still held out, and
    no command is left that nobody can use; a fetch adds them once the removal is taken back.
    """
    sync = desk.choosing(deleted="remove_from_org")
    desk.take(ann(), sync=sync)
    removals.remove_from_list(desk.warehouse, ANN, desk.sync.list_name, "asked", "maria")
    desk.see(deleted("1"), sync=sync)
    assert desk.take(ann(modified=70), sync=sync) == {"1": Became("ignored", "removed_by_hand")}
    with pytest.raises(ConfigError, match="deleted as 'deleted', not by hand"):
        removals.restore_to_organisation(desk.warehouse, ANN, "wants it", "maria")
    back = removals.restore_to_list(desk.warehouse, ANN, desk.sync.list_name, "wants it", "maria")
    assert (back.changed, back.status, desk.is_deleted(ANN)) == (True, "removed", "deleted")
    assert desk.take(ann(modified=71), sync=sync) == {"1": Became("re_added")}
    assert (desk.standing(ANN), desk.is_deleted(ANN)) == (SUBSCRIBED, None)


def test_an_unsubscription_survives_deletion_and_restoring(desk: OptionsDesk, leaving: ResolvedSync) -> None:
    """OUT-11: whoever unsubscribed comes back unsubscribed."""
    desk.take(ann(), sync=leaving)
    desk.unsubscribe(ANN)
    assert desk.see(deleted("1"), sync=leaving) == {"1": FROM_LIST}
    desk.take(ann(modified=70), sync=leaving)
    assert desk.standing(ANN) == ("unsubscribed", None)
    assert desk.mailable() == set()


AFTER_THE_THIRD = 24 * 60 + 3 * 60 + 30
"""Minutes after MORNING: a moment after the third fetch of a desk began to read, and before the fourth."""


def deleted_meanwhile(desk: OptionsDesk, choice: str, row: dict[str, object]) -> Became:
    """What becomes of a record that a third fetch read, once the fourth, of another sync, has seen it deleted."""
    reading = desk.choosing(deleted=choice)
    seeing = desk.named("seeing", desk.sync.list_name, deleted=choice)
    desk.take(record("2", BOB), sync=reading)
    desk.take(ann(), sync=seeing)
    run = desk.stage([row], reading)
    assert desk.see(deleted("1", AFTER_THE_THIRD), sync=seeing)["1"].reason != "kept"
    desk.last = desk.classify_and_load(run)
    return desk.outcomes(desk.last.fetch_id)["1"]


def told_of(desk: OptionsDesk) -> object:
    """The evidence of the record in the fetch that came last, though another began later."""
    query = "SELECT evidence FROM sync.ledger WHERE record_id = '1' AND fetch_id = :id"
    return desk.rows(query, id=desk.last.fetch_id)[0]["evidence"]


@pytest.mark.parametrize("choice", ["remove_from_list", "remove_from_org"])
def test_deleted_while_another_fetch_reads(desk: OptionsDesk, choice: str) -> None:
    """ADV-2: read live, deleted, and seen by another sync before the load: the record stays gone, nobody comes back,
    the evidence says why; the sync's own next fetch finds nobody to remove.
    """
    assert deleted_meanwhile(desk, choice, ann(City="Bonn")) == Became("duplicate", "no_list")
    assert (told_of(desk), desk.standing(ANN)) == ({"deleted_since": True}, GONE)
    assert desk.is_deleted(ANN) == (None if choice == "remove_from_list" else "deleted")
    assert desk.rows("SELECT gone_kind FROM contacts.source_link WHERE record_id = '1'") == [{"gone_kind": "recycle"}]
    sync = desk.choosing(deleted=choice)
    assert desk.see(deleted("1", AFTER_THE_THIRD), sync=sync) == {"1": KEPT}
    # restored at the source
    restored = ann(modified=AFTER_THE_THIRD + 60)
    came = Became("duplicate", "no_list") if choice == "remove_from_list" else Became("re_added")
    assert desk.take(restored, sync=sync) == {"1": came}
    assert (desk.standing(ANN), desk.is_deleted(ANN)) == (SUBSCRIBED, None)


def test_restored_while_another_fetch_reads(desk: OptionsDesk) -> None:
    """ADV-2: what was changed after its deletion is live, whenever the fetch began."""
    row = ann(modified=AFTER_THE_THIRD + 1)
    assert deleted_meanwhile(desk, "remove_from_org", row) == Became("re_added")
    assert (desk.standing(ANN), desk.is_deleted(ANN), told_of(desk)) == (SUBSCRIBED, None, None)


def test_a_record_not_taken_stays_gone_too(desk: OptionsDesk) -> None:
    """ADV-2: ignored by the fetch that read it live, and deleted since."""
    broken = record("1", "no address")
    assert deleted_meanwhile(desk, "remove_from_list", broken) == Became("ignored", "invalid_pattern", "syntax")
    assert desk.rows("SELECT gone_kind FROM contacts.source_link WHERE record_id = '1'") == [{"gone_kind": "recycle"}]
    assert desk.take(record("1", "no address"), sync=desk.choosing())["1"].outcome == "ignored"
    assert desk.rows("SELECT gone_kind FROM contacts.source_link WHERE record_id = '1'") == [{"gone_kind": None}]


def test_restored_by_hand_without_a_live_record(desk: OptionsDesk, leaving: ResolvedSync) -> None:
    """OUT-18, ADV-2: whoever gives a membership back is told if no live record supplies it."""
    desk.take(ann(), record("2", BOB), sync=leaving)
    for each in (ANN, BOB):
        removals.remove_from_list(desk.warehouse, each, desk.sync.list_name, "asked", "maria")
    desk.see(deleted("1"), sync=leaving)
    back = [removals.restore_to_list(desk.warehouse, each, desk.sync.list_name, "oops", "maria") for each in (ANN, BOB)]
    assert [(each.status, each.supplied) for each in back] == [("subscribed", False), ("subscribed", True)]


def test_a_retried_load_deals_with_everything_once(desk: OptionsDesk, leaving: ResolvedSync) -> None:
    """OPS-4: load again does nothing."""
    desk.take(ann(), sync=leaving)
    run = desk.stage([], leaving, [deleted("1")])
    desk.classify_and_load(run)
    before = desk.rows("SELECT * FROM sync.removal"), desk.rows("SELECT * FROM sync.ledger")
    desk.classify_and_load(run)
    assert (desk.rows("SELECT * FROM sync.removal"), desk.rows("SELECT * FROM sync.ledger")) == before
