"""People who unsubscribed after the sync, and the policy that makes it hold in every list (ADV-3, OUT-11)."""

import pytest

from contact_sync.config.loader import load_syncs
from contact_sync.config.resolved import ResolvedSync
from contact_sync.paths import include_folder
from contact_sync.warehouse.database import Warehouse
from contact_sync.warehouse.suppressions import unsuppress
from tests.stages.desk import Became, record
from tests.stages.options_desk import OptionsDesk

ANN, BOB = "ann@mail.example.org", "bob@mail.example.org"
IGNORED = Became("ignored", "unsubscribed")


@pytest.fixture
def desk(warehouse: Warehouse) -> OptionsDesk:
    return OptionsDesk(warehouse, load_syncs(include_folder(), only="candidates_daily").syncs["candidates_daily"])


def ann(**fields: object) -> dict[str, object]:
    return record("1", ANN, **fields)


def everywhere(sync: ResolvedSync) -> ResolvedSync:
    return sync.model_copy(update={"policies": sync.policies.model_copy(update={"unsubscribe_scope": "organisation"})})


def test_kept_they_are_still_updated(desk: OptionsDesk) -> None:
    """ADV-3 keep, the default: a duplicate like any other, and unsubscribed as before."""
    desk.take(ann(City="Ulm"))
    desk.unsubscribe(ANN)
    assert desk.take(ann(City="Köln", modified=1)) == {"1": Became("duplicate", "in_list")}
    assert desk.contact(ANN)["fields"]["city"] == "Köln"  # type: ignore[index]
    assert (desk.standing(ANN), desk.counted()) == (("unsubscribed", None), (0, 0, 0))


@pytest.mark.parametrize(
    ("choice", "left", "org"),
    [("remove_from_list", "unsubscribed", None), ("remove_from_org", "deleted", "unsubscribed")],
)
def test_they_leave_and_are_updated_no_more(desk: OptionsDesk, choice: str, left: str, org: str | None) -> None:
    """ADV-3: later fetches ignore them, and they leave; that they unsubscribed stays known."""
    sync = desk.choosing(unsubscribed=choice)
    desk.take(ann(City="Ulm"), sync=sync)
    desk.unsubscribe(ANN)
    assert desk.take(ann(City="Köln", modified=1), sync=sync) == {"1": IGNORED}
    assert desk.contact(ANN)["fields"]["city"] == "Ulm"  # type: ignore[index]
    assert (desk.standing(ANN), desk.is_deleted(ANN)) == (("removed", left), org)
    assert desk.counted() == (1, 0, 0)
    assert desk.take(ann(modified=2), sync=sync) == {"1": IGNORED}
    assert desk.counted() == (0, 0, 0)
    assert desk.rows("SELECT FROM contacts.membership WHERE unsubscribed_at IS NULL") == []


def test_they_leave_although_their_record_is_not_in_the_fetch(desk: OptionsDesk) -> None:
    """ADV-3: everybody whom the sync took under the option; nobody of another list."""
    sync = desk.choosing(unsubscribed="remove_from_list")
    desk.take(ann(), record("2", BOB), sync=sync)
    desk.take(ann(), sync=desk.named("another"))
    desk.unsubscribe(ANN)
    desk.take(sync=sync)
    assert (desk.standing(ANN), desk.standing(BOB)) == (("removed", "unsubscribed"), ("subscribed", None))
    assert desk.standing(ANN, "another") == ("unsubscribed", None)
    assert (desk.counted(), desk.last.changed) == ((1, 0, 0), True)


def test_an_older_pair_stays_as_it_was(desk: OptionsDesk) -> None:
    """ADV-5: switched on after the record was taken: updated still, and the evidence says so."""
    desk.take(ann(City="Ulm"))
    desk.unsubscribe(ANN)
    sync = desk.choosing(unsubscribed="remove_from_list")
    assert desk.take(ann(City="Köln", modified=1), sync=sync) == {"1": Became("duplicate", "in_list")}
    assert desk.evidence("1") == {"option_newer_than_record": True}
    assert desk.contact(ANN)["fields"]["city"] == "Köln"  # type: ignore[index]
    assert (desk.standing(ANN), desk.counted()) == (("unsubscribed", None), (0, 0, 0))


def test_a_newer_pair_stays_bound(desk: OptionsDesk) -> None:
    """ADV-5: switched off again, the pair is what it was bound to."""
    desk.take(ann(), sync=desk.choosing(unsubscribed="remove_from_list"))
    desk.unsubscribe(ANN)
    assert desk.take(ann(modified=1)) == {"1": IGNORED}
    assert desk.evidence("1") == {"option_newer_than_record": True}
    assert desk.standing(ANN) == ("removed", "unsubscribed")


@pytest.mark.parametrize("choice", ["keep", "remove_from_list", "remove_from_org"])
def test_nobody_is_subscribed_again(desk: OptionsDesk, choice: str) -> None:
    """ADV-3, OUT-11: by no choice, not by a new sync, and not by deletion and return."""
    sync = desk.choosing(unsubscribed=choice)
    desk.take(ann(), sync=sync)
    desk.unsubscribe(ANN)
    desk.take(ann(modified=1), sync=sync)
    desk.take(ann(modified=2), sync=desk.choosing())
    desk.take(ann(modified=3), sync=desk.named("later", sync.list_name))
    assert desk.mailable() == set()
    assert desk.standing(ANN)[0] in ("unsubscribed", "removed")  # type: ignore[index]


def test_another_list_is_another_matter(desk: OptionsDesk) -> None:
    """ADV-3 unsubscribe_scope: list, the default: other lists may have them."""
    desk.take(ann())
    desk.unsubscribe(ANN)
    assert desk.take(ann(), sync=desk.named("another")) == {"1": Became("duplicate", "other_list")}
    assert desk.standing(ANN, "another") == ("subscribed", None)
    assert desk.rows("SELECT FROM contacts.suppression") == []


def test_the_person_of_a_clash_has_unsubscribed(desk: OptionsDesk) -> None:
    """ADV-3, OUT-13: whoever the record becomes by its new address, it is of a person who unsubscribed."""
    sync = desk.choosing(unsubscribed="remove_from_list")
    desk.take(record("1", "ann@mail.example.org"), record("2", "bob@mail.example.org"), sync=sync)
    desk.unsubscribe("ann@mail.example.org")
    became = desk.take(record("1", "bob@mail.example.org", modified=1), sync=sync)
    assert became == {"1": Became("ignored", "unsubscribed")}
    assert desk.standing("bob@mail.example.org") == ("unsubscribed", None)
    assert desk.mailable() == set()


def test_organisation_wide(desk: OptionsDesk) -> None:
    """ADV-3 unsubscribe_scope: organisation: do_not_mail, unsubscribed_org, from the next load on and in every list."""
    sync = everywhere(desk.choosing())
    desk.take(ann(), record("2", BOB), sync=sync)
    desk.unsubscribe(ANN)
    elsewhere = everywhere(desk.named("another"))
    became = desk.take(ann(), record("2", BOB), sync=elsewhere)
    assert became == {"1": Became("ignored", "do_not_mail", "unsubscribed_org"), "2": Became("duplicate", "other_list")}
    written = desk.rows("SELECT kind, origin, contact_id, suppression_id FROM contacts.suppression")
    assert [(row["kind"], row["origin"]) for row in written] == [("unsubscribed_org", "unsubscribed")]
    assert written[0]["contact_id"] == desk.contact(ANN)["contact_id"]  # type: ignore[index]
    seen = desk.rows("SELECT evidence FROM sync.ledger WHERE outcome = 'ignored'")
    assert [row["evidence"] for row in seen] == [{"suppression": written[0]["suppression_id"]}]
    desk.take(ann(modified=1), sync=elsewhere)
    assert len(desk.rows("SELECT FROM contacts.suppression")) == 1


def test_a_fetch_that_reads_nobody_writes_it_too(desk: OptionsDesk) -> None:
    """ADV-3: the list has changed for whoever mails it."""
    sync = everywhere(desk.choosing())
    desk.take(ann(), sync=sync)
    desk.take(ann(), sync=everywhere(desk.named("another")))
    desk.execute(
        "UPDATE contacts.membership SET status = 'unsubscribed', unsubscribed_at = now() WHERE list_id = "
        "(SELECT list_id FROM contacts.mailing_list WHERE name = 'another')"
    )
    assert desk.mailable() == {ANN}
    desk.take(sync=sync)
    assert (desk.mailable(), desk.last.changed) == (set(), True)


def test_what_was_lifted_stays_lifted(desk: OptionsDesk) -> None:
    """OUT-17: after unsuppress the policy writes it again only for a new unsubscription."""
    sync = everywhere(desk.choosing())
    desk.take(ann(), sync=sync)
    desk.unsubscribe(ANN)
    desk.take(sync=sync)
    unsuppress(desk.warehouse, [ANN], "asked for it", "tests")
    desk.take(ann(modified=1), sync=sync)
    assert desk.rows("SELECT FROM contacts.suppression WHERE lifted_at IS NULL") == []
    assert desk.standing(ANN) == ("unsubscribed", None)
    desk.execute("UPDATE contacts.membership SET unsubscribed_at = now()")
    desk.take(sync=sync)
    assert len(desk.rows("SELECT FROM contacts.suppression WHERE lifted_at IS NULL")) == 1


def test_classification_alone_knows_it_too(desk: OptionsDesk) -> None:
    """ADV-3, OPS-2: a preview, which writes no suppression, tells the same."""
    sync = everywhere(desk.choosing())
    desk.take(ann(), sync=sync)
    desk.unsubscribe(ANN)
    decided = desk.decided(desk.stage([ann(modified=1)], sync))
    assert [(row["outcome"], row["reason"]) for row in decided] == [("ignored", "do_not_mail")]
    assert desk.rows("SELECT FROM contacts.suppression") == []
