"""People taken out of a list or of the organisation by hand, and given back."""

import pytest

from contact_sync.errors import ConfigError
from contact_sync.stages.states import initiate
from contact_sync.warehouse.removals import (
    Removal,
    remove_from_list,
    remove_from_organisation,
    restore_to_list,
    restore_to_organisation,
)
from contact_sync.warehouse.suppressions import suppress
from tests.stages.desk import Became, Desk, record
from tests.stages.office import NOON, silent

ANN = "ann@mail.example.org"
LIST = "Talent news"


def contact_id(desk: Desk, address: str = ANN) -> int:
    found = desk.contact(address)
    assert found is not None
    return int(found["contact_id"])


def change_number(desk: Desk) -> int:
    return int(desk.rows("SELECT change_no FROM sync.organisation")[0]["change_no"])


def acts(desk: Desk) -> list[tuple[str, str, str | None, int | None, bool]]:
    found = desk.rows("SELECT kind, who, reason, contact_id, list_id IS NOT NULL AS one FROM sync.act ORDER BY act_id")
    return [(row["kind"], row["who"], row["reason"], row["contact_id"], row["one"]) for row in found]


def test_a_removal_from_a_list_holds_until_it_is_restored(desk: Desk) -> None:
    """OUT-18: later fetches ignore the record as removed_by_hand; restored, the person is a member again."""
    desk.take(record("1", ANN))
    ann = contact_id(desk)
    done = remove_from_list(desk.warehouse, f" {ANN.upper()} ", LIST, " asked by phone ", "maria")
    assert (done.contact_id, done.changed, desk.membership(ANN), desk.mailable()) == (ann, True, "removed", set())
    assert desk.take(record("1", ANN, City="Ulm"))["1"] == Became("ignored", "removed_by_hand")
    assert desk.membership(ANN) == "removed"
    back = restore_to_list(desk.warehouse, str(ann), LIST, "wants it back", "otto")
    assert (back.changed, back.status, desk.mailable()) == (True, "subscribed", {ANN})
    assert desk.take(record("1", ANN, City="Ulm"))["1"] == Became("duplicate", "in_list")
    assert acts(desk) == [
        ("remove", "maria", "asked by phone", ann, True),
        ("restore", "otto", "wants it back", ann, True),
    ]


def test_removing_twice_is_one_act(desk: Desk) -> None:
    """OUT-18: the second time nothing changes, and nothing is recorded."""
    desk.take(record("1", ANN))
    remove_from_list(desk.warehouse, ANN, LIST, "first", "maria")
    before = change_number(desk)
    assert remove_from_list(desk.warehouse, ANN, LIST, "second", "maria").changed is False
    assert (len(acts(desk)), change_number(desk)) == (1, before)


@pytest.mark.parametrize("known_since", ["now()", "NULL"], ids=["with its time", "without a time"])
def test_restore_never_subscribes_whoever_unsubscribed(desk: Desk, known_since: str) -> None:
    """OUT-11, OUT-18: out and back again the person is still unsubscribed, however the unsubscription was written."""
    desk.take(record("1", ANN))
    desk.execute(f"UPDATE contacts.membership SET status = 'unsubscribed', unsubscribed_at = {known_since}")
    remove_from_list(desk.warehouse, ANN, LIST, "x", "maria")
    assert restore_to_list(desk.warehouse, ANN, LIST, "x", "maria").status == "unsubscribed"
    remove_from_organisation(desk.warehouse, ANN, "x", "maria")
    assert desk.take(record("1", ANN))["1"] == Became("re_added")
    assert (desk.membership(ANN), desk.mailable()) == ("unsubscribed", set())


def test_an_unsubscription_while_removed_is_kept(desk: Desk) -> None:
    """OUT-11: whoever unsubscribes while taken out is not subscribed by restore."""
    desk.take(record("1", ANN))
    remove_from_list(desk.warehouse, ANN, LIST, "x", "maria")
    desk.execute("UPDATE contacts.membership SET unsubscribed_at = now()")
    assert restore_to_list(desk.warehouse, ANN, LIST, "x", "maria").status == "unsubscribed"


def test_a_person_deleted_from_the_organisation_may_come_back(desk: Desk) -> None:
    """OUT-18: deleted, out of every list; the next fetch of the record adds the same person again."""
    desk.take(record("1", ANN))
    ann = contact_id(desk)
    done = remove_from_organisation(desk.warehouse, str(ann), "left the company", "maria")
    assert (done.changed, done.lists, desk.mailable()) == (True, 1, set())
    (row,) = desk.rows("SELECT deleted_at, deleted_reason FROM contacts.contact")
    assert (row["deleted_at"] is not None, row["deleted_reason"]) == (True, "by_hand")
    assert desk.rows("SELECT status, reason FROM contacts.membership") == [{"status": "removed", "reason": "deleted"}]
    assert remove_from_organisation(desk.warehouse, ANN, "again", "maria").changed is False
    assert desk.take(record("1", ANN))["1"] == Became("re_added")
    assert (contact_id(desk), desk.mailable()) == (ann, {ANN})
    assert acts(desk) == [("remove", "maria", "left the company", ann, False)]


def test_restore_to_the_organisation_gives_back_what_the_deletion_ended(desk: Desk) -> None:
    """OUT-18: the memberships of that moment, and no removal by hand beside it."""
    other = desk.sync.model_copy(update={"sync_id": "other", "list_name": "Other news"})
    desk.take(record("1", ANN))
    desk.take(record("1", ANN), sync=other)
    remove_from_list(desk.warehouse, ANN, "Other news", "only that one", "maria")
    assert remove_from_organisation(desk.warehouse, ANN, "by mistake", "maria").lists == 1
    done = restore_to_organisation(desk.warehouse, ANN, "was a mistake", "maria")
    assert (done.changed, done.lists) == (True, 1)
    assert (desk.membership(ANN), desk.membership(ANN, "Other news")) == ("subscribed", "removed")
    assert desk.take(record("1", ANN), sync=other)["1"] == Became("ignored", "removed_by_hand")


def test_a_removal_from_a_list_holds_through_a_deletion(desk: Desk) -> None:
    """OUT-18: removed by hand, deleted, fetched again: still out of the list."""
    desk.take(record("1", ANN))
    remove_from_organisation(desk.warehouse, ANN, "x", "maria")
    assert remove_from_list(desk.warehouse, ANN, LIST, "x", "maria").changed is True
    assert desk.take(record("1", ANN))["1"] == Became("ignored", "removed_by_hand")


def test_restore_lifts_no_suppression(desk: Desk) -> None:
    """OUT-11: only unsuppress does."""
    desk.take(record("1", ANN))
    remove_from_list(desk.warehouse, ANN, LIST, "x", "maria")
    suppress(desk.warehouse, [ANN], "blocked", "x", "maria")
    assert restore_to_list(desk.warehouse, ANN, LIST, "x", "maria").status == "subscribed"
    assert desk.mailable() == set()


def test_a_removal_between_classify_and_load_wins(desk: Desk) -> None:
    """OUT-18, OPS-4: the change number tells load, which decides again."""
    from contact_sync.stages.classify import classify
    from contact_sync.stages.load import load

    desk.take(record("1", ANN))
    run = desk.stage([record("1", ANN, City="Ulm")])
    classify(run, desk.warehouse)
    remove_from_list(desk.warehouse, ANN, LIST, "x", "maria")
    assert desk.outcomes(load(run, desk.warehouse).fetch_id)["1"] == Became("ignored", "removed_by_hand")


def test_what_is_not_known_is_said(desk: Desk) -> None:
    """OUT-18: unknown people and lists are errors with the close match; no message holds an address."""
    desk.take(record("1", ANN))
    ann = contact_id(desk)
    told = []
    for person, name in (("99", LIST), ("nobody@mail.example.org", LIST), ("nonsense", LIST), (ANN, "talent new")):
        with pytest.raises(ConfigError) as error:
            remove_from_list(desk.warehouse, person, name, "x", "maria")
        told.append(str(error.value))
    assert told == [
        "there is no contact 99.",
        "nobody in the organisation has this address.",
        "PERSON is neither a contact id (digits only) nor an e-mail address.",
        "there is no list 'talent new'. Did you mean 'Talent news'? Lists: 'Talent news'.",
    ]
    desk.execute("INSERT INTO contacts.mailing_list (name, created_at) VALUES ('Empty', now())")
    with pytest.raises(ConfigError, match=f"contact {ann} is not in the list 'Empty'"):
        remove_from_list(desk.warehouse, ANN, "Empty", "x", "maria")
    with pytest.raises(ConfigError, match=f"contact {ann} was not removed from 'Talent news' by hand .subscribed."):
        restore_to_list(desk.warehouse, ANN, LIST, "x", "maria")
    with pytest.raises(ConfigError, match=f"contact {ann} is not deleted"):
        restore_to_organisation(desk.warehouse, ANN, "x", "maria")
    with pytest.raises(ConfigError, match="--reason is empty"):
        remove_from_organisation(desk.warehouse, ANN, "  ", "maria")
    assert acts(desk) == []


def test_a_former_address_names_who_had_it(desk: Desk) -> None:
    """OUT-18, OUT-13: nobody has it now: who had it before is meant, and that is said; of several the contact id is
    asked for and nothing changes. Who has an address now is meant before anybody who had it.
    """
    desk.take(record("1", ANN), record("2", "ben@mail.example.org"))
    ann = contact_id(desk)
    desk.take(record("1", "ann.2@mail.example.org", modified=1))
    done = [
        remove_from_list(desk.warehouse, f" {ANN.upper()}", LIST, "x", "maria"),
        restore_to_list(desk.warehouse, ANN, LIST, "x", "maria"),
        remove_from_organisation(desk.warehouse, ANN, "x", "maria"),
        restore_to_organisation(desk.warehouse, ANN, "x", "maria"),
    ]
    assert [(each.contact_id, each.changed, each.former) for each in done] == [(ann, True, True)] * 4
    assert not remove_from_list(desk.warehouse, "ann.2@mail.example.org", LIST, "x", "maria").former
    desk.take(record("2", ANN, modified=2))
    assert remove_from_organisation(desk.warehouse, ANN, "x", "maria") == Removal(ann + 1, True, 1)
    desk.take(record("2", "ben.2@mail.example.org", modified=3))
    before = len(acts(desk))
    for act in (remove_from_organisation, restore_to_organisation):
        with pytest.raises(ConfigError, match=f"contacts {ann}, {ann + 1} had it before: give the contact id"):
            act(desk.warehouse, ANN, "x", "maria")
    assert len(acts(desk)) == before


def test_nobody_is_restored_to_a_list_who_is_deleted(desk: Desk) -> None:
    """OUT-18: the message says which command comes first."""
    desk.take(record("1", ANN))
    remove_from_list(desk.warehouse, ANN, LIST, "x", "maria")
    remove_from_organisation(desk.warehouse, ANN, "x", "maria")
    with pytest.raises(ConfigError, match=r"contact-sync restore \d+ --org"):
        restore_to_list(desk.warehouse, ANN, LIST, "x", "maria")


def test_initiate_is_recorded(desk: Desk) -> None:
    """RET-10: who restarted a sync, and when, is kept."""
    desk.take(record("1", ANN))
    initiate(desk.warehouse, desk.sync, "maria", NOON, silent)
    (act,) = desk.rows("SELECT kind, who, sync.sync_id, at FROM sync.act JOIN sync.sync USING (sync_no)")
    assert (act["kind"], act["who"], act["sync_id"]) == ("initiate", "maria", desk.sync.sync_id)
    assert act["at"] is not None
