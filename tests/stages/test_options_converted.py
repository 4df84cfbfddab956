"""Converted candidates: blocked everywhere, or out of one list only; a person converts once per account (ADV-4)."""

import pytest

from contact_sync.config.loader import load_syncs
from contact_sync.config.resolved import ResolvedSync
from contact_sync.paths import include_folder
from contact_sync.warehouse.database import Warehouse
from tests.stages.desk import Became, record
from tests.stages.options_desk import OptionsDesk, passed_by

ANN, BOB = "ann@mail.example.org", "bob@mail.example.org"
CONVERTED, NEW = Became("ignored", "converted"), Became("new")
SUBSCRIBED, LEFT = ("subscribed", None), ("removed", "converted")


@pytest.fixture
def desk(warehouse: Warehouse) -> OptionsDesk:
    return OptionsDesk(warehouse, load_syncs(include_folder(), only="candidates_daily").syncs["candidates_daily"])


@pytest.fixture
def excluding(desk: OptionsDesk) -> ResolvedSync:
    """The sync with converted: exclude_from_list."""
    return desk.choosing(converted="exclude_from_list")


@pytest.fixture
def contacts(desk: OptionsDesk) -> ResolvedSync:
    """A sync of Contacts into a list of its own."""
    return desk.named("contacts", module="Contacts")


def ann(**fields: object) -> dict[str, object]:
    return record("1", ANN, **fields)


def ann_converts(**fields: object) -> dict[str, object]:
    return ann(**{"modified": 5, "$converted": True, "$converted_detail": {}, **fields})


def into(contact_id: str) -> dict[str, object]:
    """The detail of a conversion that names the Contact."""
    return {"$converted_detail": {"contact": contact_id}}


def test_two_lists_when_ignored_everywhere(desk: OptionsDesk, contacts: ResolvedSync) -> None:
    """ADV-4 ignore_everywhere: who converted stays in the first list, and no other list may take them."""
    assert desk.take(ann()) == {"1": NEW}
    assert desk.take(ann_converts()) == {"1": Became("duplicate", "in_list")}
    assert desk.take(record("501", ANN), sync=contacts) == {"501": CONVERTED}
    assert desk.evidence("501") == {"converted_candidate": "1"}
    assert (desk.standing(ANN), desk.standing(ANN, "contacts")) == (SUBSCRIBED, None)
    assert desk.counted() == (0, 0, 0)


def test_two_lists_when_excluded_from_the_one(
    desk: OptionsDesk, excluding: ResolvedSync, contacts: ResolvedSync
) -> None:
    """ADV-4 exclude_from_list: who converted leaves the first list, and another takes them through Contacts."""
    desk.take(ann(City="Ulm"), sync=excluding)
    assert desk.take(ann_converts(City="Köln"), sync=excluding) == {"1": CONVERTED}
    assert (desk.standing(ANN), desk.counted()) == (LEFT, (1, 0, 0))
    assert desk.contact(ANN)["fields"]["city"] == "Ulm"  # type: ignore[index]
    assert desk.take(record("501", ANN), sync=contacts) == {"501": Became("duplicate", "no_list")}
    assert (desk.standing(ANN), desk.standing(ANN, "contacts")) == (LEFT, SUBSCRIBED)
    assert desk.take(ann_converts(modified=9), sync=excluding) == {"1": CONVERTED}
    assert (desk.counted(), desk.standing(ANN, "contacts")) == ((0, 0, 0), SUBSCRIBED)


def test_the_excluded_list_is_blocked_for_every_sync(desk: OptionsDesk, excluding: ResolvedSync) -> None:
    """ADV-4: Contacts do not bring the person back into that very list."""
    desk.take(ann_converts(), sync=excluding)
    same = desk.named("contacts", excluding.list_name, module="Contacts")
    assert desk.take(record("501", ANN), record("502", BOB), sync=same) == {"501": CONVERTED, "502": NEW}


def test_the_excluded_list_is_blocked_for_members_too(desk: OptionsDesk, excluding: ResolvedSync) -> None:
    """ADV-4: it is the list that is blocked, whoever is in it: a record that comes to have the address is ignored."""
    same = desk.named("more", excluding.list_name)
    desk.take(record("7", BOB), sync=same)
    desk.take(ann_converts(), sync=excluding)
    assert desk.take(record("7", ANN, modified=9), sync=same) == {"7": CONVERTED}
    assert (desk.contact(ANN), desk.standing(BOB)) == (None, SUBSCRIBED)
    everywhere = desk.named("everywhere", "Elsewhere")
    assert desk.take(record("7", ANN, modified=9), sync=everywhere)["7"].outcome == "duplicate"


def test_a_candidate_never_in_a_list_blocks_as_well(desk: OptionsDesk, contacts: ResolvedSync) -> None:
    """ADV-4: from the fetch that saw the conversion on, though it created no contact."""
    assert desk.take(record("501", ANN), sync=contacts) == {"501": NEW}
    assert desk.take(ann_converts(), record("2", BOB)) == {"1": CONVERTED, "2": NEW}
    assert desk.standing(ANN, "contacts") == SUBSCRIBED
    assert desk.take(record("501", ANN, modified=9), sync=contacts) == {"501": Became("duplicate", "in_list")}
    assert desk.take(record("501", ANN, modified=9), sync=desk.named("more", module="Contacts")) == {"501": CONVERTED}


def test_before_the_conversion_is_seen_nothing_is_blocked(desk: OptionsDesk, contacts: ResolvedSync) -> None:
    """ADV-4: "from the fetch that saw it on": the fetch itself blocks, an earlier one did not."""
    desk.take(ann())
    assert desk.take(record("501", ANN), sync=contacts) == {"501": Became("duplicate", "other_list")}
    both = [ann_converts(), record("7", ANN, modified=1)]
    assert desk.take(*both, sync=desk.named("fresh")) == {"1": CONVERTED, "7": Became("ignored", "file_duplicate")}


def test_matched_by_the_contact_that_the_source_names(desk: OptionsDesk, contacts: ResolvedSync) -> None:
    """ADV-4: by the converted contact's id where given, whatever its address; not by e-mail then."""
    desk.take(ann_converts(**into("501")))
    became = desk.take(record("501", "other@mail.example.org"), record("502", ANN), sync=contacts)
    assert became == {"501": CONVERTED, "502": NEW}


def test_matched_by_e_mail_where_none_is_named(desk: OptionsDesk, contacts: ResolvedSync) -> None:
    """ADV-4: else by e-mail, as addresses compare; another person's record is not."""
    desk.take(ann_converts())
    assert desk.take(record("501", " ANN@Mail.example.org"), record("502", BOB), sync=contacts) == {
        "501": CONVERTED,
        "502": NEW,
    }


def test_matched_by_the_person_after_a_change_of_address(desk: OptionsDesk, contacts: ResolvedSync) -> None:
    """ADV-4, OUT-13: the person whom the organisation knows, with the address that they have now."""
    desk.take(ann())
    desk.take(ann_converts())
    desk.take(record("1", BOB, modified=9, **{"$converted": True}))
    assert desk.take(record("501", BOB), sync=contacts) == {"501": CONVERTED}


def test_once_converted_always_converted(desk: OptionsDesk) -> None:
    """ADV-4: a person converts once; a record that shows no flag any more is blocked still."""
    desk.take(ann_converts())
    assert desk.take(ann(modified=9)) == {"1": CONVERTED}


def test_other_accounts_are_not_concerned(desk: OptionsDesk) -> None:
    """ADV-4: by any sync of the account, and of no other."""
    desk.take(ann_converts())
    other = desk.named("elsewhere").model_copy(update={"account": "recruit_other"})
    assert desk.take(ann(), sync=other) == {"1": NEW}


def test_the_exception_lifts_the_block_of_others(
    desk: OptionsDesk, excluding: ResolvedSync, contacts: ResolvedSync
) -> None:
    """ADV-4: whom a sync with exclude_from_list recorded is blocked in its list alone, whoever else ignores them."""
    ignoring = desk.named("ignoring")
    desk.take(ann_converts(), sync=ignoring)
    assert desk.take(record("501", ANN), sync=contacts) == {"501": CONVERTED}
    desk.take(ann_converts(), sync=excluding)
    assert desk.take(record("501", ANN), sync=contacts) == {"501": NEW}
    assert desk.take(ann_converts(modified=9), sync=excluding) == {"1": CONVERTED}


def test_it_applies_to_what_is_already_there(
    desk: OptionsDesk, excluding: ResolvedSync, contacts: ResolvedSync
) -> None:
    """ADV-5: unlike the others: switched to exclude_from_list, those converted before leave and are blocked no more."""
    desk.take(ann(), record("2", BOB))
    desk.take(ann_converts())
    assert desk.standing(ANN) == SUBSCRIBED
    desk.take(sync=excluding)
    assert (desk.standing(ANN), desk.standing(BOB)) == (LEFT, SUBSCRIBED)
    assert (desk.counted(), desk.last.changed) == ((1, 0, 0), True)
    assert desk.take(record("501", ANN), sync=contacts) == {"501": Became("duplicate", "no_list")}


def test_switched_back_nobody_returns(desk: OptionsDesk, excluding: ResolvedSync, contacts: ResolvedSync) -> None:
    """ADV-4, ADV-5: ignore_everywhere leaves them where they are, which is outside, and blocks every list."""
    desk.take(ann(), sync=excluding)
    desk.take(ann_converts(), sync=excluding)
    desk.take()
    assert desk.take(ann_converts(modified=9)) == {"1": CONVERTED}
    assert desk.take(record("501", ANN), sync=contacts) == {"501": CONVERTED}
    assert desk.standing(ANN) == LEFT


def test_conversions_of_records_out_of_scope(
    desk: OptionsDesk, excluding: ResolvedSync, contacts: ResolvedSync
) -> None:
    """ADV-7: of every record ever taken, seen beside the batch; of no other."""
    desk.take(ann(), sync=excluding)
    desk.see(passed_by("1", converted=True), passed_by("77", converted=True), sync=excluding)
    assert (desk.standing(ANN), desk.counted()) == (LEFT, (1, 0, 0))
    assert [row["record_id"] for row in desk.rows("SELECT record_id FROM sync.conversion")] == ["1"]
    same = desk.named("contacts", excluding.list_name, module="Contacts")
    assert desk.take(record("501", ANN), sync=same) == {"501": CONVERTED}


def test_who_was_restored_by_another_account_is_left_alone(desk: OptionsDesk, excluding: ResolvedSync) -> None:
    """ADV-4: a conversion is acted on when it is seen, not over and over."""
    desk.take(ann(), sync=excluding)
    desk.take(ann_converts(), sync=excluding)
    other = desk.named("elsewhere", excluding.list_name).model_copy(update={"account": "recruit_other"})
    assert desk.take(ann(), sync=other) == {"1": Became("duplicate", "no_list")}
    desk.take(sync=excluding)
    assert desk.standing(ANN) == SUBSCRIBED


def test_a_changed_list_keeps_the_former_one_blocked(desk: OptionsDesk, excluding: ResolvedSync) -> None:
    """ADV-4, RET-11: the sync feeds another list from now on, and excludes from that one, too."""
    desk.take(ann_converts(), sync=excluding)
    moved = excluding.model_copy(update={"list_name": "Moved", "push_switches": ()})
    assert desk.take(ann_converts(), sync=moved) == {"1": CONVERTED}
    former = desk.named("contacts", excluding.list_name, module="Contacts")
    assert desk.take(record("501", ANN), sync=former) == {"501": CONVERTED}
    assert desk.take(record("501", ANN), sync=desk.named("third", module="Contacts")) == {"501": NEW}
