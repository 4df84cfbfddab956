"""Taking back what one fetch did, as far as nothing touched it since."""

from datetime import timedelta
from typing import Any

import pytest

from contact_sync.errors import ConfigError
from contact_sync.warehouse.removals import (
    remove_from_list,
    remove_from_organisation,
    restore_to_list,
    restore_to_organisation,
)
from contact_sync.warehouse.reverts import Revert, preview, revert
from contact_sync.warehouse.suppressions import suppress
from tests.stages.desk import MORNING, Became, Desk, record
from tests.stages.snapshot import differences, snapshot

ANN, BEN, EVE = "ann@mail.example.org", "ben@mail.example.org", "eve@mail.example.org"
LIST = "Talent news"
LATER = MORNING + timedelta(days=30)
Told = set[tuple[str, int, str | None]]


def contact_id(desk: Desk, address: str) -> int:
    found = desk.contact(address)
    assert found is not None
    return int(found["contact_id"])


def other_sync(desk: Desk, list_name: str = LIST) -> Any:
    return desk.sync.model_copy(update={"sync_id": "other", "list_name": list_name})


def told(done: Revert) -> Told:
    return {(item.kind, item.contact_id, item.left_because) for item in done.items}


def who_is_mailed(desk: Desk) -> set[tuple[int, int]]:
    return {(row["list_id"], row["contact_id"]) for row in desk.rows("SELECT * FROM contacts.mailable_members")}


def take_back(desk: Desk, fetch_id: int | None = None, mailed_again: int | None = None) -> Told:
    """Preview, apply, and apply again: the preview says what is done, and a second time nothing is.

    mailed_again: the contact who could be mailed before the fetch, and can be again; nobody else may become mailable.
    """
    fetch_id = fetch_id or desk.last.fetch_id
    mailed = who_is_mailed(desk)
    before = snapshot(desk.warehouse)
    seen = preview(desk.warehouse, fetch_id)
    assert differences(before, snapshot(desk.warehouse)) == {}
    done = revert(desk.warehouse, fetch_id, "wrong view", "maria")
    assert (told(done), seen.applied, done.applied) == (told(seen), False, True)
    assert {person for _, person in who_is_mailed(desk) - mailed} <= {mailed_again}
    number = desk.rows("SELECT change_no FROM sync.organisation")
    after = snapshot(desk.warehouse)
    again = revert(desk.warehouse, fetch_id, "wrong view", "maria")
    assert [item for item in again.items if item.left_because is None] == []
    assert (differences(after, snapshot(desk.warehouse)), desk.rows("SELECT change_no FROM sync.organisation")) == (
        {},
        number,
    )
    return told(done)


def values(desk: Desk, address: str) -> tuple[Any, ...]:
    found = desk.contact(address)
    assert found is not None
    return found["first_name"], found["last_name"], found["fields"], found["updated_by_fetch"]


def mailing(desk: Desk, person: int, list_name: str = LIST) -> None:
    """A campaign of today, sent to the list and to this person."""
    desk.execute("INSERT INTO contacts.campaign (external_id, name, kind) VALUES ('c', 'News', 'email_campaign')")
    desk.execute(
        "INSERT INTO contacts.campaign_list SELECT campaign_id, list_id FROM contacts.campaign, contacts.mailing_list "
        "WHERE mailing_list.name = :list",
        list=list_name,
    )
    desk.execute("INSERT INTO contacts.send SELECT campaign_id, :id, :at FROM contacts.campaign", id=person, at=LATER)


def test_new_people_and_their_memberships(desk: Desk) -> None:
    """OPS-12: deleted and out of the list, nothing erased; the watermark stays; the next fetch finds them again."""
    desk.take(record("1", ANN), record("2", BEN))
    ann, ben = contact_id(desk, ANN), contact_id(desk, BEN)
    mark = desk.rows("SELECT * FROM sync.watermark")
    assert take_back(desk) == {(kind, who, None) for kind in ("membership", "new") for who in (ann, ben)}
    assert desk.rows("SELECT DISTINCT deleted_reason, email IS NOT NULL AS kept FROM contacts.contact") == [
        {"deleted_reason": "reverted", "kept": True}
    ]
    assert desk.rows("SELECT DISTINCT status, reason FROM contacts.membership") == [
        {"status": "removed", "reason": "reverted"}
    ]
    assert (desk.mailable(), desk.rows("SELECT * FROM sync.watermark")) == (set(), mark)
    (act,) = desk.rows("SELECT kind, who, reason, fetch_id FROM sync.act")
    assert tuple(act.values()) == ("revert", "maria", "wrong view", desk.last.fetch_id)
    assert desk.take(record("1", ANN))["1"] == Became("re_added")
    assert (contact_id(desk, ANN), desk.mailable()) == (ann, {ANN})


def test_values_and_address_of_known_people(desk: Desk) -> None:
    """OPS-12: former values, the former address and what the record held; the same change is one again when fetched."""
    desk.take(record("1", ANN, City="Ulm", First_Name="Ann"))
    first, ann = values(desk, ANN), contact_id(desk, ANN)
    change = record("1", BEN, City="Bonn", First_Name="Anne", modified=5)
    assert desk.take(change)["1"] == Became("duplicate", "in_list")
    assert take_back(desk) == {("values", ann, None), ("address", ann, None)}
    assert (values(desk, ANN), desk.contact(BEN), desk.membership(ANN)) == (first, None, "subscribed")
    former = desk.rows("SELECT email_key FROM contacts.address_history ORDER BY replaced_at")
    assert {row["email_key"] for row in former} == {ANN, BEN}
    assert desk.take(record("1", ANN, City="Ulm"))["1"] == Became("duplicate", "in_list")
    assert desk.last.counts["changed"] == 0
    desk.take(change)
    assert (desk.evidence("1"), contact_id(desk, BEN)) == ({"new_address": True}, ann)


def test_unchanged_people_leave_nothing_to_keep(desk: Desk) -> None:
    """OPS-12: a fetch that changes nobody writes no former values, and there is nothing to take back."""
    desk.take(record("1", ANN), record("2", BEN))
    desk.take(record("1", ANN), record("2", BEN, City="Ulm"))
    assert desk.rows("SELECT contact_id FROM sync.field_change") == [{"contact_id": contact_id(desk, BEN)}]
    desk.take(record("1", ANN), record("2", BEN, City="Ulm"))
    assert take_back(desk) == set()
    assert desk.rows("SELECT * FROM sync.act") == []


def test_what_is_kept_for_a_revert_is_no_change(desk: Desk) -> None:
    """OPS-13: `touched` counts people, memberships, links and suppressions only."""
    desk.take(record("1", ANN))
    desk.take(record("1", ANN, City="Ulm"))
    assert desk.rows("SELECT touched FROM sync.fetch ORDER BY fetch_id DESC LIMIT 1") == [{"touched": 1}]


def test_re_added_people_are_deleted_again(desk: Desk) -> None:
    """OPS-12: with the reason and the moment that they had been deleted with, and the values of then."""
    desk.take(record("1", ANN, City="Ulm"))
    ann = contact_id(desk, ANN)
    remove_from_organisation(desk.warehouse, ANN, "left", "otto")
    query = "SELECT deleted_at, deleted_reason, fields FROM contacts.contact"
    before = desk.rows(query)
    assert desk.take(record("1", ANN, City="Bonn"))["1"] == Became("re_added")
    assert take_back(desk) == {("membership", ann, None), ("re_added", ann, None), ("values", ann, None)}
    assert (desk.rows(query), desk.mailable()) == (before, set())


def test_reverted_and_restored_they_are_in_their_list_again(desk: Desk) -> None:
    """OPS-12, OUT-18: deleted by hand, re-added by a fetch that is taken back: restoring gives back the membership that
    the deletion had ended, as it would have before the fetch; one that the fetch began stays ended.
    """
    desk.take(record("1", ANN))
    desk.take(record("2", BEN), sync=other_sync(desk, "Other news"))
    for each in (ANN, BEN):
        remove_from_organisation(desk.warehouse, each, "left", "otto")
    desk.take(record("1", ANN), record("2", BEN))
    take_back(desk)
    assert take_back(desk) == set()
    done = [restore_to_organisation(desk.warehouse, each, "mistake", "otto") for each in (ANN, BEN)]
    assert [each.lists for each in done] == [1, 1]
    assert (desk.membership(ANN), desk.membership(BEN), desk.membership(BEN, "Other news")) == (
        "subscribed",
        "removed",
        "subscribed",
    )


def test_two_fetches_are_taken_back_one_after_the_other(desk: Desk) -> None:
    """OPS-12: the later one stands in the way of the earlier, until it is taken back itself."""
    desk.take(record("1", ANN, City="Ulm"))
    first, ann = desk.last.fetch_id, contact_id(desk, ANN)
    desk.take(record("1", ANN, City="Bonn"))
    second = desk.last.fetch_id
    assert told(preview(desk.warehouse, first)) == {("membership", ann, None), ("new", ann, "changed_by_a_later_fetch")}
    assert take_back(desk, second) == {("values", ann, None)}
    assert take_back(desk, first) == {("membership", ann, None), ("new", ann, None)}


def test_a_later_fetch_keeps_its_values(desk: Desk) -> None:
    """OPS-12: what a later fetch changed is left."""
    desk.take(record("1", ANN, City="Ulm"))
    desk.take(record("1", ANN, City="Bonn"))
    second, ann = desk.last.fetch_id, contact_id(desk, ANN)
    desk.take(record("1", ANN, City="Kiel"))
    assert take_back(desk, second) == {("values", ann, "changed_by_a_later_fetch")}
    assert values(desk, ANN)[2] == {"city": "Kiel"}


def test_a_value_changed_by_hand_is_left(desk: Desk) -> None:
    """OPS-12: also when somebody used psql and told nobody."""
    desk.take(record("1", ANN, City="Ulm"), record("2", BEN))
    desk.take(record("1", ANN, City="Bonn"))
    ann, ben = contact_id(desk, ANN), contact_id(desk, BEN)
    desk.execute("UPDATE contacts.contact SET first_name = 'Anna' WHERE contact_id = :id", id=ann)
    assert take_back(desk) == {("values", ann, "changed_by_hand")}
    assert values(desk, ANN)[:1] == ("Anna",)
    desk.execute("UPDATE contacts.contact SET last_name = 'B' WHERE contact_id = :id", id=ben)
    assert ("new", ben, "changed_by_hand") in take_back(desk, 1)


def test_whatever_happened_to_a_membership_since_leaves_it(desk: Desk) -> None:
    """OPS-12: unsubscribed, removed by hand, removed and restored, mailed: left, each with its reason."""
    addresses = [f"p{number}@mail.example.org" for number in range(5)]
    desk.take(*(record(str(number), address) for number, address in enumerate(addresses)))
    ids = [contact_id(desk, address) for address in addresses]
    desk.execute(
        "UPDATE contacts.membership SET status = 'unsubscribed', unsubscribed_at = :at WHERE contact_id = :id",
        at=LATER,
        id=ids[0],
    )
    remove_from_list(desk.warehouse, addresses[1], LIST, "x", "otto")
    remove_from_list(desk.warehouse, addresses[2], LIST, "x", "otto")
    restore_to_list(desk.warehouse, addresses[2], LIST, "x", "otto")
    mailing(desk, ids[3])
    assert take_back(desk) == {
        ("membership", ids[0], "unsubscribed_since"),
        ("membership", ids[1], "removed_since"),
        ("membership", ids[2], "changed_since"),
        ("membership", ids[3], "mailed_since"),
        ("membership", ids[4], None),
        ("new", ids[0], "still_in_a_list"),
        ("new", ids[1], "changed_by_hand"),
        ("new", ids[2], "changed_by_hand"),
        ("new", ids[3], "mailed_since"),
        ("new", ids[4], None),
    }
    assert desk.mailable() == {addresses[2], addresses[3]}
    assert desk.take(record("1", addresses[1]))["1"] == Became("ignored", "removed_by_hand")


def test_a_response_leaves_a_person(desk: Desk) -> None:
    """OPS-12: also one to a mail that the warehouse never knew to be sent."""
    desk.take(record("1", ANN))
    ann = contact_id(desk, ANN)
    desk.execute("INSERT INTO contacts.campaign (external_id, name, kind) VALUES ('c', 'News', 'email_campaign')")
    desk.execute(
        "INSERT INTO contacts.response (campaign_id, contact_id, kind, happened_at, arrived_at) "
        "SELECT campaign_id, :id, 'opened', :at, :at FROM contacts.campaign",
        id=ann,
        at=LATER,
    )
    assert take_back(desk) == {("membership", ann, None), ("new", ann, "mailed_since")}


def test_another_sync_keeps_a_new_person_alive(desk: Desk) -> None:
    """OPS-12: by a membership of its own, or because it supplies the same one."""
    desk.take(record("1", ANN), record("2", BEN), record("3", EVE))
    fetch_id, ann, ben, eve = desk.last.fetch_id, *(contact_id(desk, each) for each in (ANN, BEN, EVE))
    desk.take(record("1", ANN), sync=other_sync(desk, "Other news"))
    desk.take(record("2", BEN), sync=desk.sync.model_copy(update={"sync_id": "third"}))
    desk.take(record("3", EVE))
    assert take_back(desk, fetch_id) == {
        ("membership", ann, None),
        ("new", ann, "still_in_a_list"),
        ("membership", ben, "supplied_by_another_sync"),
        ("new", ben, "still_in_a_list"),
        ("membership", eve, None),
        ("new", eve, None),
    }
    assert (desk.membership(ANN), desk.membership(ANN, "Other news")) == ("removed", "subscribed")


@pytest.mark.parametrize("address", [ANN, BEN])
def test_no_suppression_is_lifted(desk: Desk, address: str) -> None:
    """OPS-12, OUT-11: a suppressed new person stays; a suppressed address is not given up; nobody can be mailed."""
    desk.take(record("1", ANN))
    ann = contact_id(desk, ANN)
    if address == BEN:
        desk.take(record("1", BEN))
    suppress(desk.warehouse, [address], "blocked", "asked", "otto")
    desk.execute("UPDATE contacts.suppression SET contact_id = NULL")
    changed = {("address", ann, "suppressed_since")} if address == BEN else set()
    added = {("membership", ann, None), ("new", ann, "suppressed_since")} if address == ANN else set()
    assert take_back(desk) == changed | added
    assert desk.mailable() == set()
    assert desk.rows("SELECT count(*) FROM contacts.suppression WHERE lifted_at IS NULL")[0]["count"] == 1


def test_nobody_becomes_mailable_who_was_not_before(desk: Desk) -> None:
    """OPS-12: back to a good address only if the lists that would be mailed by it are those of then."""
    desk.take(record("1", ANN), record("2", EVE))
    desk.take(record("1", BEN), record("2", "eva@mail.example.org"))
    fetch_id, ann, eve = desk.last.fetch_id, contact_id(desk, BEN), contact_id(desk, "eva@mail.example.org")
    desk.take(record("2", "eva@mail.example.org"), sync=other_sync(desk, "Other news"))
    desk.execute("INSERT INTO contacts.bounce SELECT email_key, now(), 0, now() FROM contacts.contact")
    assert desk.mailable() == set()
    assert take_back(desk, fetch_id, ann) == {("address", ann, None), ("address", eve, "would_be_mailed")}
    assert desk.mailable() == {ANN}


def test_a_former_unsubscription_stays(desk: Desk) -> None:
    """OPS-12, OUT-11: taken back into the list as unsubscribed, reverted, fetched again: still unsubscribed."""
    desk.take(record("1", ANN))
    ann = contact_id(desk, ANN)
    desk.execute("UPDATE contacts.membership SET status = 'unsubscribed', unsubscribed_at = :at", at=MORNING)
    remove_from_organisation(desk.warehouse, ANN, "left", "otto")
    desk.take(record("1", ANN))
    assert take_back(desk) == {("membership", ann, None), ("re_added", ann, None)}
    assert desk.take(record("1", ANN))["1"] == Became("re_added")
    assert (desk.membership(ANN), desk.mailable()) == ("unsubscribed", set())


def test_addresses_that_moved_on_go_back_together(desk: Desk) -> None:
    """OPS-12, OUT-13: each gives the former one back; if one stays, those that wait for its address stay too."""
    desk.take(record("1", ANN), record("2", BEN))
    ann, ben = contact_id(desk, ANN), contact_id(desk, BEN)
    desk.take(record("1", BEN, modified=1), record("2", EVE, modified=1))
    assert (contact_id(desk, BEN), contact_id(desk, EVE)) == (ann, ben)
    fetch_id = desk.last.fetch_id
    desk.execute("UPDATE contacts.contact SET last_name = 'x' WHERE contact_id = :id", id=ann)
    assert told(preview(desk.warehouse, fetch_id)) >= {
        ("address", ann, "changed_by_hand"),
        ("address", ben, "address_taken_since"),
    }
    desk.execute("UPDATE contacts.contact SET updated_at = :now, updated_by_fetch = :id", now=LATER, id=fetch_id)
    assert {("address", ann, None), ("address", ben, None)} <= take_back(desk, fetch_id)
    assert (contact_id(desk, ANN), contact_id(desk, BEN)) == (ann, ben)


def test_an_address_that_a_new_person_took_stays_theirs(desk: Desk) -> None:
    """OPS-12, OUT-13: the new person is deleted, not erased, and their record still leads to them."""
    desk.take(record("1", ANN))
    ann = contact_id(desk, ANN)
    desk.take(record("1", BEN), record("2", ANN))
    new = contact_id(desk, ANN)
    assert take_back(desk) == {("address", ann, "address_taken_since"), ("membership", new, None), ("new", new, None)}
    assert desk.take(record("2", ANN))["2"] == Became("re_added")
    assert (contact_id(desk, BEN), contact_id(desk, ANN)) == (ann, new)


def test_only_loaded_fetches_are_taken_back(desk: Desk) -> None:
    """OPS-12: the message says why, and where the numbers are."""
    desk.stage([record("1", ANN)])
    with pytest.raises(ConfigError, match=r"fetch 1 of candidates_daily never loaded \(running\)"):
        revert(desk.warehouse, 1, "x", "maria")
    with pytest.raises(ConfigError, match=r"there is no fetch 99\. .* contact-sync history"):
        preview(desk.warehouse, 99)
    with pytest.raises(ConfigError, match="--reason is empty"):
        revert(desk.warehouse, 1, " ", "maria")


def test_a_revert_between_classify_and_load_is_seen(desk: Desk) -> None:
    """OPS-4, OPS-12: a load under way decides again."""
    from contact_sync.stages.classify import classify
    from contact_sync.stages.load import load

    desk.take(record("1", ANN))
    run = desk.stage([record("1", ANN)])
    classify(run, desk.warehouse)
    revert(desk.warehouse, desk.last.fetch_id, "x", "maria")
    assert desk.outcomes(load(run, desk.warehouse).fetch_id)["1"] == Became("re_added")
