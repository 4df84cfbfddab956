"""OUT-12 and OUT-13: who a record is, when addresses change, clash and are exchanged."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from contact_sync.config.options import Options
from contact_sync.core.mapping_types import FieldMapping
from contact_sync.warehouse.removals import remove_from_list, restore_to_list
from contact_sync.warehouse.suppressions import suppress, unsuppress
from tests.stages.desk import Became, Desk, record

ANN = "ann@mail.example.org"
SUPPRESSED = (
    "INSERT INTO contacts.suppression (kind, email_key, origin, reason, created_by, created_at) "
    "VALUES (:kind, :key, 'psql', 'asked', 'otto', now())"
)
UNSUBSCRIBE = "UPDATE contacts.membership SET status = 'unsubscribed', unsubscribed_at = now()"
KEPT_OUT = [
    pytest.param(
        lambda desk: suppress(desk.warehouse, [ANN], "blocked", "asked", "tests"),
        "do_not_mail",
        id="OUT-11-suppressed",
    ),
    pytest.param(lambda desk: desk.execute(UNSUBSCRIBE), "unsubscribed", id="OUT-13-unsubscribed"),
    pytest.param(
        lambda desk: remove_from_list(desk.warehouse, ANN, desk.sync.list_name, "asked", "tests"),
        "removed_by_hand",
        id="OUT-18-removed-by-hand",
    ),
]
"""What keeps a person out of the list, and the reason that it gives."""


def contact_of(desk: Desk, record_id: str) -> int:
    return int(
        desk.rows("SELECT contact_id FROM contacts.source_link WHERE record_id = :id", id=record_id)[0]["contact_id"]
    )


def test_addresses_compare_without_case_and_space(desk: Desk) -> None:
    """OUT-12: compared case-insensitively without surrounding space; the address as received is kept."""
    desk.take(record("1", "  Ann.Lee@Mail.Example.ORG"))
    assert desk.take(record("2", "ann.lee@mail.example.org "))["2"] == Became("duplicate", "in_list")
    assert desk.contact("ann.lee@mail.example.org")["email"] == "Ann.Lee@Mail.Example.ORG"  # type: ignore[index]


def test_changed_address_is_the_same_contact(desk: Desk) -> None:
    """OUT-13: a changed e-mail at the source is the same contact with a new address; the history is kept."""
    desk.take(record("1", "old@mail.example.org"))
    before = contact_of(desk, "1")
    assert desk.take(record("1", "New@mail.example.org"))["1"] == Became("duplicate", "in_list")
    assert contact_of(desk, "1") == before
    assert desk.evidence("1") == {"new_address": True}
    assert desk.contact("old@mail.example.org") is None
    assert desk.contact("new@mail.example.org")["contact_id"] == before  # type: ignore[index]
    assert [row["email_key"] for row in desk.rows("SELECT * FROM contacts.address_history")] == ["old@mail.example.org"]
    assert desk.last.counts["changed"] == 1


def test_bounces_stay_with_the_address(desk: Desk) -> None:
    """OUT-13: a bounce belongs to the address: with a new one the person can be mailed."""
    desk.take(record("1", "old@mail.example.org"))
    desk.execute("INSERT INTO contacts.bounce VALUES ('old@mail.example.org', now(), 0, now())")
    assert desk.mailable() == set()
    desk.take(record("1", "new@mail.example.org"))
    assert desk.mailable() == {"new@mail.example.org"}


def test_suppression_goes_with_the_person(desk: Desk) -> None:
    """OUT-13: blocked and registry belong to the person and carry over to another address."""
    desk.take(record("1", "old@mail.example.org"))
    suppress(desk.warehouse, ["old@mail.example.org"], "registry", "register", "tests")
    assert desk.take(record("1", "new@mail.example.org"))["1"] == Became("ignored", "do_not_mail", "registry")


def test_address_clash_links_to_the_owner(desk: Desk) -> None:
    """OUT-13: the address of another contact: linked to its owner, `duplicate` with evidence; the old one keeps all."""
    desk.take(record("1", "one@mail.example.org", City="Ulm"), record("2", "two@mail.example.org"))
    one, two = contact_of(desk, "1"), contact_of(desk, "2")
    assert desk.take(record("1", "two@mail.example.org"))["1"] == Became("duplicate", "in_list")
    assert desk.evidence("1") == {"address_clash": one}
    assert contact_of(desk, "1") == two
    kept = desk.contact("one@mail.example.org")
    assert kept is not None
    assert (kept["contact_id"], kept["fields"]) == (one, {"city": "Ulm"})
    assert desk.membership("one@mail.example.org") == "subscribed"


def test_stricter_suppression_covers_both_sides_of_a_clash(desk: Desk) -> None:
    """OUT-13, OUT-11: whichever of the two is suppressed, afterwards both are, and neither can be mailed."""
    desk.take(record("1", "one@mail.example.org"), record("2", "two@mail.example.org"))
    suppress(desk.warehouse, ["one@mail.example.org"], "blocked", "asked", "tests")
    assert desk.take(record("1", "two@mail.example.org"))["1"] == Became("ignored", "do_not_mail", "blocked")
    assert desk.mailable() == set()
    covered = desk.rows("SELECT contact_id FROM contacts.suppression WHERE lifted_at IS NULL")
    assert {row["contact_id"] for row in covered} == {contact_of(desk, "1"), contact_of(desk, "2")}


def test_a_copy_covers_the_next_side_as_well(desk: Desk) -> None:
    """OUT-13, OUT-11: from the first to the second by one clash, from the second to the third by another."""
    desk.take(*(record(str(number), f"{name}@mail.example.org") for number, name in enumerate("abc")))
    suppress(desk.warehouse, ["a@mail.example.org"], "blocked", "asked", "tests")
    desk.take(record("0", "b@mail.example.org", modified=1))
    desk.take(record("2", "b@mail.example.org", modified=2))
    assert desk.mailable() == set()
    unsuppress(desk.warehouse, ["a@mail.example.org"], "mistake", "tests")
    assert len(desk.mailable()) == 3


def test_two_people_exchange_addresses(desk: Desk) -> None:
    """OUT-13: within one fetch each address still belongs to a contact: the records follow the addresses' owners."""
    desk.take(record("1", "one@mail.example.org"), record("2", "two@mail.example.org"))
    outcomes = desk.take(record("1", "two@mail.example.org"), record("2", "one@mail.example.org"))
    assert {outcome.outcome for outcome in outcomes.values()} == {"duplicate"}
    assert desk.rows("SELECT count(*) FROM contacts.contact")[0]["count"] == 2


def test_address_left_and_taken_in_one_fetch(desk: Desk) -> None:
    """OUT-13: an address that its owner leaves in this fetch no longer says who a new record is."""
    desk.take(record("1", "shared@mail.example.org"))
    first = contact_of(desk, "1")
    outcomes = desk.take(record("1", "own@mail.example.org"), record("2", "shared@mail.example.org"))
    assert outcomes == {"1": Became("duplicate", "in_list"), "2": Became("new")}
    assert desk.contact("own@mail.example.org")["contact_id"] == first  # type: ignore[index]
    assert desk.contact("shared@mail.example.org")["contact_id"] == contact_of(desk, "2") != first  # type: ignore[index]


def test_two_records_of_one_contact_do_not_flip_its_address(desk: Desk) -> None:
    """OUT-13: only a record whose own address changed moves the contact; the other record's old one is no news."""
    desk.take(record("1", "old@mail.example.org"))
    desk.take(record("2", "old@mail.example.org"))
    assert contact_of(desk, "1") == contact_of(desk, "2")
    desk.take(record("2", "new@mail.example.org"))
    outcomes = desk.take(record("1", "old@mail.example.org"))
    assert outcomes["1"].outcome == "duplicate"
    assert desk.contact("new@mail.example.org") is not None
    assert desk.contact("old@mail.example.org") is None


def test_a_record_whose_address_did_not_change_is_who_it_was(desk: Desk) -> None:
    """OUT-13: identity is the source record first: somebody new who has the person's former address moves no record."""
    desk.take(record("1", "old@mail.example.org"), record("2", "two@mail.example.org"))
    desk.take(record("3", "old@mail.example.org"))
    first = contact_of(desk, "1")
    desk.take(record("3", "new@mail.example.org", modified=1))
    assert contact_of(desk, "3") == first
    desk.take(record("4", "old@mail.example.org"))
    assert desk.last.counts["new"] == 1
    assert desk.take(record("1", "old@mail.example.org", modified=2))["1"] == Became("duplicate", "in_list")
    assert (contact_of(desk, "1"), desk.evidence("1")) == (first, {})
    assert desk.take(record("1", "two@mail.example.org", modified=3))["1"] == Became("duplicate", "in_list")
    assert desk.evidence("1") == {"address_clash": first}


def test_a_chain_of_new_addresses_moves_as_a_whole(desk: Desk) -> None:
    """OUT-13: a→b, b→c, c→d in one fetch: three people with three new addresses, and nobody is merged."""
    desk.take(*(record(str(number), f"{name}@mail.example.org") for number, name in enumerate("abc")))
    people = [contact_of(desk, str(number)) for number in range(3)]
    outcomes = desk.take(
        *(record(str(number), f"{name}@mail.example.org", modified=1) for number, name in enumerate("bcd")),
        record("9", "a@mail.example.org", modified=1),
    )
    assert {outcomes[str(number)] for number in range(3)} == {Became("duplicate", "in_list")}
    assert outcomes["9"] == Became("new")
    holders = [desk.contact(f"{name}@mail.example.org")["contact_id"] for name in "bcd"]  # type: ignore[index]
    assert holders == people
    assert desk.contact("a@mail.example.org")["contact_id"] not in people  # type: ignore[index]


def test_reasons_are_judged_for_the_person_that_the_record_becomes(desk: Desk) -> None:
    """OUT-4, OUT-13: who was taken out by hand stays out, also when taking over an address that another one leaves."""
    desk.take(record("1", "a@mail.example.org"), record("2", "b@mail.example.org"))
    desk.execute(
        "UPDATE contacts.membership SET status = 'removed', reason = 'removed_by_hand' WHERE contact_id = :id",
        id=contact_of(desk, "1"),
    )
    outcomes = desk.take(record("1", "b@mail.example.org", modified=1), record("2", "own@mail.example.org", modified=1))
    assert outcomes["2"].outcome == "duplicate"
    assert "b@mail.example.org" not in desk.mailable()


def test_an_unsubscribe_goes_with_the_person_across_a_clash(desk: Desk) -> None:
    """OUT-11, OUT-13: unsubscribed under one address, the person is not subscribed under the address of the other."""
    other = desk.sync.model_copy(update={"sync_id": "other", "list_name": "Other", "push_switches": ()})
    desk.take(record("1", "one@mail.example.org"))
    desk.take(record("2", "two@mail.example.org"), sync=other)
    desk.execute("UPDATE contacts.membership SET status = 'unsubscribed', unsubscribed_at = now() WHERE list_id = 1")
    desk.take(record("1", "two@mail.example.org", modified=1))
    assert desk.membership("two@mail.example.org") == "unsubscribed"
    assert desk.membership("two@mail.example.org", "Other") == "subscribed"
    desk.take(record("1", "two@mail.example.org", modified=1))
    assert desk.last.changed is False


def test_a_removal_by_hand_holds_across_a_clash(desk: Desk) -> None:
    """OUT-18, OUT-13: who was taken out of a list does not come back into it as the owner of another address; the
    evidence names the contact that it is about. An owner who is in the list stays in it.
    """
    other = desk.sync.model_copy(update={"sync_id": "other", "list_name": "Other", "push_switches": ()})
    desk.take(record("1", ANN), record("3", "three@mail.example.org"))
    desk.take(record("2", "two@mail.example.org"), sync=other)
    one = contact_of(desk, "1")
    remove_from_list(desk.warehouse, ANN, desk.sync.list_name, "asked", "tests")
    moved = record("1", "two@mail.example.org", modified=1)
    assert desk.take(moved)["1"] == Became("ignored", "removed_by_hand")
    assert (desk.evidence("1"), desk.membership("two@mail.example.org")) == ({"address_clash": one}, None)
    assert desk.take(record("1", "three@mail.example.org", modified=2))["1"] == Became("duplicate", "in_list")
    assert desk.membership("three@mail.example.org") == "subscribed"


def test_a_removal_by_hand_is_kept_for_lists_that_the_other_joins_later(desk: Desk) -> None:
    """OUT-18, OUT-13: a clash in one list carries the removal from another list, for whenever it matters; an owner who
    is in that list stays in it.
    """
    other = desk.sync.model_copy(update={"sync_id": "other", "list_name": "Other", "push_switches": ()})
    desk.take(*(record(str(number), f"{number}@mail.example.org") for number in range(1, 5)))
    desk.take(*(record(number, f"{number}@mail.example.org") for number in "134"), sync=other)
    for address in ("1@mail.example.org", "3@mail.example.org"):
        remove_from_list(desk.warehouse, address, "Other", "asked", "tests")
    desk.take(record("1", "2@mail.example.org", modified=1), record("3", "4@mail.example.org", modified=1))
    assert desk.take(record("2", "2@mail.example.org", modified=1), sync=other)["2"] == Became(
        "ignored", "removed_by_hand"
    )
    assert desk.membership("2@mail.example.org", "Other") == "removed"
    assert desk.membership("4@mail.example.org", "Other") == "subscribed"
    assert restore_to_list(desk.warehouse, "2@mail.example.org", "Other", "is back", "tests").changed


def test_an_unsubscribe_is_kept_for_lists_that_the_other_joins_later(desk: Desk) -> None:
    """OUT-11, OUT-13: a clash in one list carries the unsubscribe of another list, for whenever it matters."""
    other = desk.sync.model_copy(update={"sync_id": "other", "list_name": "Other", "push_switches": ()})
    desk.take(record("1", "one@mail.example.org"), record("2", "two@mail.example.org"))
    desk.take(record("1", "one@mail.example.org"), sync=other)
    desk.execute("UPDATE contacts.membership SET status = 'unsubscribed', unsubscribed_at = now() WHERE list_id = 2")
    desk.take(record("1", "two@mail.example.org", modified=1))
    desk.take(record("2", "two@mail.example.org", modified=1), sync=other)
    assert desk.membership("two@mail.example.org", "Other") == "unsubscribed"


def test_unsuppress_after_a_clash_holds(desk: Desk) -> None:
    """OUT-17, OUT-13: lifting a suppression lifts its copies, and no later fetch brings it back."""
    desk.take(record("1", "one@mail.example.org"), record("2", "two@mail.example.org"))
    suppress(desk.warehouse, ["one@mail.example.org"], "blocked", "asked", "tests")
    desk.take(record("1", "two@mail.example.org", modified=1))
    unsuppress(desk.warehouse, ["one@mail.example.org"], "mistake", "tests")
    desk.take(record("1", "two@mail.example.org", modified=1))
    assert desk.mailable() == {"one@mail.example.org", "two@mail.example.org"}


def test_a_suppressed_address_covers_the_person_who_brings_it(desk: Desk) -> None:
    """OUT-11, OUT-13: whether the suppression or the new address came first, the person is suppressed."""
    desk.take(record("1", "old@mail.example.org"))
    suppress(desk.warehouse, ["new@mail.example.org"], "registry", "register", "tests")
    assert desk.take(record("1", "new@mail.example.org", modified=1))["1"] == Became(
        "ignored", "do_not_mail", "registry"
    )
    assert desk.mailable() == set()


def test_a_suppression_of_the_address_alone_goes_with_who_has_it(desk: Desk) -> None:
    """OUT-13: also one that names no person, such as one written with psql, belongs to who has the address."""
    desk.take(record("1", "old@mail.example.org"))
    desk.execute(
        "INSERT INTO contacts.suppression (kind, email_key, origin, reason, created_by, created_at) "
        "VALUES ('registry', 'old@mail.example.org', 'psql', 'register', 'otto', now())"
    )
    assert desk.take(record("1", "new@mail.example.org", modified=1))["1"] == Became(
        "ignored", "do_not_mail", "registry"
    )
    assert desk.mailable() == set()


@pytest.mark.parametrize(("keep_out", "reason"), KEPT_OUT)
def test_what_keeps_a_person_out_holds_for_a_record_of_another_account(
    desk: Desk, keep_out: Callable[[Desk], object], reason: str
) -> None:
    """OUT-11, OUT-13, OUT-18: a record that another account had under the person's address is the same person under the
    next one. Nothing of the contact changes, and what was never taken supplies nothing.
    """
    options = Options(unsubscribed="remove_from_list")
    other = desk.sync.model_copy(update={"sync_id": "other", "account": "recruit_two", "options": options})
    desk.take(record("1", ANN))
    keep_out(desk)
    before = desk.contact(ANN)
    assert desk.take(record("9", ANN), sync=other)["9"].reason == reason
    assert desk.contact(ANN) == before
    assert desk.take(record("9", "ann.new@mail.example.org", modified=1), sync=other)["9"].reason == reason
    assert desk.mailable() == set()
    assert desk.rows("SELECT sync_no FROM sync.taken_record WHERE record_id = '9'") == []


@pytest.mark.parametrize("kind", ["blocked", "registry", "complaint"])
def test_a_suppressed_address_that_nobody_has_goes_with_the_record(desk: Desk, kind: str) -> None:
    """OUT-11, OUT-13, OUT-17: kept out before it became a contact, the record is the same person with its next address;
    only `unsuppress` of the address that was suppressed lets it in.
    """
    desk.execute(SUPPRESSED, kind=kind, key=ANN)
    kept_out = Became("ignored", "do_not_mail", kind)
    assert desk.take(record("1", ANN))["1"] == kept_out
    for number in (1, 2):
        assert desk.take(record("1", f"ann.{number}@mail.example.org", modified=number))["1"] == kept_out
        assert desk.evidence("1") == {"suppression": 1}
    assert (desk.last.changed, desk.rows("SELECT FROM contacts.contact")) == (False, [])
    assert desk.rows("SELECT * FROM sync.suppressed_record") == [
        {"source_no": 1, "record_id": "1", "suppression_id": 1, "first_fetch": 1}
    ]
    assert unsuppress(desk.warehouse, [ANN], "mistake", "tests", force=True).lifted == 1
    assert desk.take(record("1", "ann.2@mail.example.org", modified=2))["1"] == Became("new")
    assert desk.mailable() == {"ann.2@mail.example.org"}


def test_a_suppressed_record_covers_the_person_whose_address_it_brings(desk: Desk) -> None:
    """OUT-13, OUT-11: at a clash, what suppresses a record that never was a contact covers the owner, too."""
    suppress(desk.warehouse, [ANN], "blocked", "asked", "tests")
    desk.take(record("1", ANN), record("2", "two@mail.example.org"))
    assert desk.mailable() == {"two@mail.example.org"}
    assert desk.take(record("1", "two@mail.example.org", modified=1))["1"].reason == "do_not_mail"
    assert desk.mailable() == set()
    assert desk.take(record("2", "two.new@mail.example.org", modified=2))["2"].reason == "do_not_mail"
    unsuppress(desk.warehouse, [ANN], "mistake", "tests")
    assert desk.mailable() == {"two@mail.example.org"}


def test_it_goes_with_records_that_were_ignored_for_another_reason_first(desk: Desk) -> None:
    """OUT-11, OUT-4, OUT-13: bounced, or the loser of two records of one address: the address was suppressed all the
    same, whether nobody has it or a contact. Bounces stay with the address.
    """
    other = desk.sync.model_copy(update={"sync_id": "other", "account": "recruit_two"})
    ben = "ben@mail.example.org"
    desk.take(record("1", ben))
    suppress(desk.warehouse, [ANN, ben], "blocked", "asked", "tests")
    bounce = "INSERT INTO contacts.bounce VALUES (:key, now(), 0, now())"
    for key in (ANN, ben, "zoe@mail.example.org"):
        desk.execute(bounce, key=key)
    first = [record(str(number), key) for number, key in enumerate([ANN, ANN, ben, ben, "zoe@mail.example.org"], 2)]
    outcomes = desk.take(*first, sync=other)
    assert [each.reason for each in outcomes.values()] == ["bounced", "file_duplicate"] * 2 + ["bounced"]
    changed = [record(str(number), f"{number}@mail.example.org", modified=1) for number in range(2, 7)]
    moved = desk.take(*changed, sync=other)
    assert moved == {**dict.fromkeys("2345", Became("ignored", "do_not_mail", "blocked")), "6": Became("new")}
    assert desk.mailable() == {"6@mail.example.org"}


@pytest.mark.parametrize(("keep_out", "reason"), KEPT_OUT)
def test_whatever_a_record_is_ignored_for_it_is_known_again(
    desk: Desk, keep_out: Callable[[Desk], object], reason: str
) -> None:
    """OUT-11, OUT-13, OUT-18, OUT-4: bounced, opted out, without a required field, the loser of two records: each came
    with the address of somebody kept out, and is that person under the next address. A list of its own keeps nobody
    out who left another one.
    """
    lines = tuple(replace(line, required=line.target == "last_name") for line in desk.sync.mapping)
    strict = desk.sync.model_copy(
        update={"sync_id": "strict", "account": "recruit_two", "list_name": "Other", "mapping": lines,
                "options": Options(opt_out="remove_from_list", unsubscribed="remove_from_list")}
    )  # fmt: skip
    here = strict.model_copy(update={"sync_id": "here", "list_name": desk.sync.list_name})
    desk.take(record("1", ANN))
    keep_out(desk)
    first: dict[str, str] = {}
    for row in (
        record("11", ANN, Email_Opt_Out=True), record("12", ANN, Last_Name=None), record("13", ANN, modified=-1)
    ):  # fmt: skip
        twin = (record("12", ANN, Last_Name=None),) if row["id"] == "13" else ()
        first |= {name: str(became.reason) for name, became in desk.take(row, *twin, sync=strict).items()}
    desk.execute("INSERT INTO contacts.bounce VALUES (:key, now(), 0, now())", key=ANN)
    first |= {name: str(each.reason) for name, each in desk.take(record("14", ANN), sync=strict).items()}
    others = ["do_not_mail"] * 2 if reason == "do_not_mail" else ["opted_out", "invalid_field"]
    assert list(first.values()) == [*others, "file_duplicate", "bounced"]
    assert {contact_of(desk, name) for name in first} == {contact_of(desk, "1")}
    later = [record(name, f"{name}@mail.example.org", modified=1) for name in first]
    assert {each.reason for each in desk.take(*later, sync=here).values()} == {reason}
    assert not {f"{name}@mail.example.org" for name in first} & desk.mailable()
    assert desk.take(*later, sync=here)
    assert desk.last.changed is False


@pytest.mark.parametrize(
    ("keep_out", "reason", "first"),
    [
        (*case.values, first)
        for case, first in zip(KEPT_OUT, ["earlier fetch", "same fetch", "out of scope"], strict=True)
    ],
    ids=["OUT-11-earlier-fetch", "OUT-13-same-fetch", "OUT-18-out-of-scope"],
)
def test_the_new_address_of_who_is_kept_out_names_them(
    desk: Desk, keep_out: Callable[[Desk], object], reason: str, first: str
) -> None:
    """OUT-11, OUT-13, OUT-18: the person's record has another address by now, which nobody took: another record that
    comes with it is the same person, whether it comes later or in the same fetch, and in its turn stays that person.
    """
    sync = desk.sync.model_copy(update={"options": Options(unsubscribed="remove_from_list"), "unapproved": "skip"})
    desk.take(record("1", ANN), sync=sync)
    keep_out(desk)
    moved = record("1", "x@mail.example.org", modified=1, **{"$approved": first != "out of scope"})
    second = record("2", "x@mail.example.org", modified=2)
    batches = [[moved, second]] if first == "same fetch" else [[moved], [second]]
    for batch in batches:
        outcomes = desk.take(*batch, sync=sync)
    assert outcomes["2"].reason == reason
    assert contact_of(desk, "2") == contact_of(desk, "1")
    assert desk.take(record("2", "y@mail.example.org", modified=3), sync=sync)["2"].reason == reason
    assert desk.take(record("3", "y@mail.example.org", modified=3), sync=sync)["3"].reason == reason
    assert desk.mailable() == set()
    assert desk.contact(ANN) is not None
    assert len(desk.rows("SELECT FROM contacts.contact")) == 1


def test_an_address_not_taken_is_a_clash_for_somebody_else(desk: Desk) -> None:
    """OUT-13, OUT-11: another person's record that brings it makes the suppression cover both; lifted, both may be
    mailed, and the person takes the address at last.
    """
    desk.take(record("1", ANN), record("2", "two@mail.example.org"))
    suppress(desk.warehouse, [ANN], "blocked", "asked", "tests")
    desk.take(record("1", "x@mail.example.org", modified=1))
    assert desk.mailable() == {"two@mail.example.org"}
    assert desk.take(record("2", "x@mail.example.org", modified=2))["2"] == Became("ignored", "do_not_mail", "blocked")
    assert desk.mailable() == set()
    unsuppress(desk.warehouse, [ANN], "mistake", "tests")
    assert desk.mailable() == {ANN, "two@mail.example.org"}
    assert desk.take(record("1", "x@mail.example.org", modified=3))["1"] == Became("duplicate", "in_list")
    assert desk.mailable() == {"x@mail.example.org", "two@mail.example.org"}
    assert desk.rows("SELECT record_id FROM contacts.source_link WHERE untaken_key IS NOT NULL") == [{"record_id": "2"}]


def test_a_record_known_by_an_address_not_taken_brings_it_once_nothing_holds(desk: Desk) -> None:
    """OUT-17, OUT-13: after `unsuppress` the second record is a changed address of the person, not somebody new."""
    desk.take(record("1", ANN))
    suppress(desk.warehouse, [ANN], "blocked", "asked", "tests")
    desk.take(record("1", "x@mail.example.org", modified=1))
    desk.take(record("2", "x@mail.example.org", modified=2))
    unsuppress(desk.warehouse, [ANN], "mistake", "tests")
    assert desk.take(record("2", "x@mail.example.org", modified=2))["2"] == Became("duplicate", "in_list")
    assert (desk.evidence("2"), desk.mailable()) == ({"new_address": True}, {"x@mail.example.org"})
    assert desk.rows("SELECT FROM contacts.source_link WHERE untaken_key IS NOT NULL") == []


def test_an_address_that_another_record_of_the_person_holds_names_them(desk: Desk) -> None:
    """OUT-11, OUT-13, ADV-3: one record moved an unsubscribed person on, the other one still has the old address: who
    comes with it is no new subscriber, and brings no news. Of somebody whom nothing holds it says nothing.
    """
    desk.take(record("1", ANN), record("3", "ben@mail.example.org"))
    desk.take(record("2", ANN), record("4", "ben@mail.example.org"))
    desk.execute(
        f"{UNSUBSCRIBE} WHERE contact_id = (SELECT contact_id FROM contacts.contact WHERE email_key = '{ANN}')"
    )
    desk.take(record("1", "ann.2@mail.example.org", modified=1), record("3", "ben.2@mail.example.org", modified=1))
    outcomes = desk.take(record("5", ANN, modified=2), record("6", "ben@mail.example.org", modified=2))
    assert outcomes == {"5": Became("duplicate", "in_list"), "6": Became("new")}
    assert desk.evidence("5") == {"untaken_address": True}
    assert contact_of(desk, "5") == desk.contact("ann.2@mail.example.org")["contact_id"]  # type: ignore[index]
    assert desk.take(
        record("1", "ann.3@mail.example.org", modified=3), record("2", "ann.3@mail.example.org", modified=3)
    )
    assert desk.take(record("7", ANN, modified=3))["7"] == Became("duplicate", "in_list")
    assert desk.mailable() == {"ben@mail.example.org", "ben.2@mail.example.org"}


def test_a_former_address_still_names_the_person(desk: Desk) -> None:
    """OUT-13, OUT-17: suppressing an address that a person had before covers the person."""
    desk.take(record("1", "old@mail.example.org"))
    desk.take(record("1", "new@mail.example.org", modified=1))
    suppress(desk.warehouse, ["old@mail.example.org"], "blocked", "asked", "tests")
    assert desk.mailable() == set()
    unsuppress(desk.warehouse, ["old@mail.example.org"], "mistake", "tests")
    assert desk.mailable() == {"new@mail.example.org"}


def test_two_records_of_one_deleted_person_are_one_re_added(desk: Desk) -> None:
    """OUT-2: the person is added again once; the other record is a duplicate in the list."""
    desk.take(record("1", "a@mail.example.org"))
    desk.take(record("2", "a@mail.example.org"))
    desk.execute("UPDATE contacts.contact SET deleted_at = now()")
    desk.execute("UPDATE contacts.contact SET email_key = 'c@mail.example.org'")
    outcomes = desk.take(record("1", "a1@mail.example.org", modified=2), record("2", "a2@mail.example.org", modified=1))
    assert outcomes == {"1": Became("re_added"), "2": Became("duplicate", "in_list")}


def test_clearing_an_empty_field_twice_changes_nothing(desk: Desk) -> None:
    """MAP-6, RET-2: `clear_when_empty` on a field that is empty already is no change."""
    lines = tuple(
        FieldMapping("city", "City", "text", clear_when_empty=True) if line.target == "city" else line
        for line in desk.sync.mapping
    )
    clearing = desk.sync.model_copy(update={"mapping": lines})
    desk.take(record("1", "a@mail.example.org", City="Ulm"), sync=clearing)
    desk.take(record("1", "a@mail.example.org", City=None), sync=clearing)
    assert desk.last.counts["changed"] == 1
    desk.take(record("1", "a@mail.example.org", City=None), sync=clearing)
    assert (desk.last.counts["changed"], desk.last.changed) == (0, False)
