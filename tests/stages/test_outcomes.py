"""One outcome, reason and evidence for every record: OUT-1 to OUT-14 and OUT-16, each on a real Postgres."""

import pytest

from contact_sync.config.options import Options
from contact_sync.core.mapping_types import FieldMapping
from contact_sync.warehouse.suppressions import suppress, unsuppress
from tests.stages.desk import Became, Desk, record

NEW = Became("new")


def other_list(desk: Desk, name: str = "Another list"):
    """The same sync feeding another list."""
    return desk.sync.model_copy(update={"sync_id": "another", "list_name": name, "push_switches": ()})


def test_new_person_joins_organisation_and_list(desk: Desk) -> None:
    """OUT-1, MAP-1: a new record becomes a contact with its mapped fields and a subscribed membership."""
    assert desk.take(record("1", " Ann@Mail.Example.org ", City="Köln", Experience_in_Years=4)) == {"1": NEW}
    contact = desk.contact("ann@mail.example.org")
    assert contact is not None
    assert (contact["email"], contact["first_name"]) == ("Ann@Mail.Example.org", "Ann")
    assert contact["fields"] == {"city": "Köln", "experience_years": 4}
    assert desk.membership("ann@mail.example.org") == "subscribed"


def test_re_added(desk: Desk) -> None:
    """OUT-2: somebody who was deleted from the organisation is added again, as the same contact."""
    desk.take(record("1", "ann@mail.example.org"))
    desk.execute("UPDATE contacts.contact SET deleted_at = now(), deleted_reason = 'by hand'")
    desk.execute("UPDATE contacts.membership SET status = 'removed', reason = 'deleted'")
    assert desk.take(record("1", "ann@mail.example.org")) == {"1": Became("re_added")}
    contact = desk.contact("ann@mail.example.org")
    assert contact is not None
    assert contact["deleted_at"] is None
    assert desk.membership("ann@mail.example.org") == "subscribed"


def test_duplicate_is_split_three_ways(desk: Desk) -> None:
    """OUT-3: already in the organisation: in this list, in another list, in no list; all are in the list afterwards."""
    desk.take(record("1", "here@mail.example.org"))
    desk.take(record("2", "there@mail.example.org"), sync=other_list(desk))
    desk.take(record("3", "nowhere@mail.example.org"), sync=other_list(desk))
    desk.execute(
        "UPDATE contacts.membership SET status = 'removed', reason = 'deleted' WHERE contact_id = "
        "(SELECT contact_id FROM contacts.contact WHERE email_key = 'nowhere@mail.example.org')"
    )
    outcomes = desk.take(
        record("1", "here@mail.example.org"),
        record("2", "there@mail.example.org"),
        record("3", "nowhere@mail.example.org"),
    )
    assert [outcomes[key].reason for key in "123"] == ["in_list", "other_list", "no_list"]
    assert {outcome.outcome for outcome in outcomes.values()} == {"duplicate"}
    counts = desk.last.counts
    assert (counts["duplicate_in_list"], counts["duplicate_other_list"], counts["duplicate_no_list"]) == (1, 1, 1)
    assert counts["joined"] == 2
    for name in ("here", "there", "nowhere"):
        assert desk.membership(f"{name}@mail.example.org") == "subscribed"


def test_duplicate_updates_only_what_differs(desk: Desk) -> None:
    """OUT-3, MAP-6: mapped fields follow the source, empty ones stay, and `changed` counts those that differed."""
    desk.take(record("1", "a@mail.example.org", City="Köln"), record("2", "b@mail.example.org", City="Bonn"))
    desk.take(record("1", "a@mail.example.org", City="Ulm"), record("2", "b@mail.example.org", City=None))
    assert desk.last.counts["changed"] == 1
    assert [desk.contact(f"{name}@mail.example.org")["fields"]["city"] for name in "ab"] == ["Ulm", "Bonn"]  # type: ignore[index]


@pytest.mark.parametrize(
    ("email", "expected"),
    [
        pytest.param(None, Became("ignored", "empty_email"), id="OUT-5-missing"),
        pytest.param(" \t ", Became("ignored", "empty_email"), id="OUT-5-white-space"),
        pytest.param("patriciazylker.com", Became("ignored", "invalid_pattern", "syntax"), id="OUT-6-no-at"),
        pytest.param("john@gnail.com", Became("ignored", "invalid_pattern", "misspelt_domain"), id="OUT-6-misspelt"),
        pytest.param("ann+jobs@mail.example.org", NEW, id="OUT-6-plus-tag"),
        pytest.param("用户@例子.广告", NEW, id="OUT-6-internationalised"),
        pytest.param("info@mail.example.org", Became("ignored", "group_email", "role"), id="OUT-7-info"),
        pytest.param("Careers+de@mail.example.org", Became("ignored", "group_email", "role"), id="OUT-7-before-plus"),
        pytest.param("info.lee@mail.example.org", NEW, id="OUT-7-exact-match-only"),
    ],
)
def test_flaws_of_the_address(desk: Desk, email: str | None, expected: Became) -> None:
    """OUT-5, OUT-6, OUT-7: what is wrong with an address in itself."""
    assert desk.take(record("1", email))["1"] == expected


def test_misspelt_domain_is_suggested(desk: Desk) -> None:
    """OUT-6: a misspelt well-known domain comes with the one that was probably meant."""
    desk.take(record("1", "john@gnail.com"))
    assert desk.evidence("1") == {"suggested_domain": "gmail.com"}


def test_file_duplicate_winner_is_the_latest_then_the_lowest_id(desk: Desk) -> None:
    """OUT-8: the latest modified wins, then the lowest id (as a number); losers name the winner."""
    outcomes = desk.take(
        record("10", "Twin@mail.example.org", modified=1),
        record("9", "twin@mail.example.org ", modified=2),
        record("100", "tie@mail.example.org"),
        record("99", "tie@mail.example.org"),
    )
    assert outcomes == {
        "9": NEW,
        "10": Became("ignored", "file_duplicate"),
        "99": NEW,
        "100": Became("ignored", "file_duplicate"),
    }
    assert (desk.evidence("10"), desk.evidence("100")) == ({"duplicate_of": "9"}, {"duplicate_of": "99"})


def test_loser_stays_file_duplicate_although_the_winner_is_ignored(desk: Desk) -> None:
    """OUT-8: a loser is `file_duplicate` even if the winner is ignored for another reason."""
    suppress(desk.warehouse, ["twin@mail.example.org"], "blocked", "asked", "tests")
    outcomes = desk.take(record("1", "twin@mail.example.org", modified=2), record("2", "twin@mail.example.org"))
    assert outcomes["1"] == Became("ignored", "do_not_mail", "blocked")
    assert outcomes["2"] == Became("ignored", "file_duplicate")


def test_same_source_id_twice_is_one_record(desk: Desk) -> None:
    """OUT-8: the same id on two pages is one record, its latest state; the other is out of scope `page_repeat`."""
    assert desk.take(record("1", "old@mail.example.org"), record("1", "new@mail.example.org", modified=5)) == {"1": NEW}
    assert desk.contact("new@mail.example.org")
    assert desk.contact("old@mail.example.org") is None
    counts = desk.last.counts
    assert (counts["read"], counts["out_of_scope"], counts["total"]) == (2, 1, 1)


def test_unapproved_is_out_of_scope(desk: Desk) -> None:
    """SRC-8: records waiting for approval are out of scope under `unapproved: skip`, in scope under `take`."""
    waiting = record("1", "a@mail.example.org", **{"$approved": False})
    assert desk.take(waiting)["1"] == Became("out_of_scope", "unapproved")
    assert desk.take(waiting, sync=desk.sync.model_copy(update={"unapproved": "take"}))["1"] == NEW


@pytest.mark.parametrize(
    ("hard", "soft", "expected"),
    [
        pytest.param(True, 0, Became("ignored", "bounced", "hard"), id="hard"),
        pytest.param(False, 3, Became("ignored", "bounced", "soft"), id="three-soft-in-a-row"),
        pytest.param(False, 2, NEW, id="two-soft"),
    ],
)
def test_bounced(desk: Desk, hard: bool, soft: int, expected: Became) -> None:
    """OUT-9: a hard bounce on record, or `soft_bounces` soft ones in a row."""
    desk.execute(
        "INSERT INTO contacts.bounce (email_key, hard_bounced_at, soft_bounces, last_event_at) "
        "VALUES ('a@mail.example.org', CASE WHEN :hard THEN now() END, :soft, now())",
        hard=hard,
        soft=soft,
    )
    assert desk.take(record("1", "a@mail.example.org"))["1"] == expected


@pytest.mark.parametrize("kind", ["blocked", "registry", "unsubscribed_org", "complaint", "erased"])
def test_do_not_mail_names_the_suppression(desk: Desk, kind: str) -> None:
    """OUT-10: do_not_mail with its sub-code, and the suppression as evidence."""
    desk.execute(
        "INSERT INTO contacts.suppression (kind, email_key, origin, reason, created_by, created_at) "
        "VALUES (:kind, 'a@mail.example.org', 'test', 'test', 'test', now())",
        kind=kind,
    )
    assert desk.take(record("1", "a@mail.example.org"))["1"] == Became("ignored", "do_not_mail", kind)
    assert desk.evidence("1") == {"suppression": 1}


def test_suppression_survives_everything_but_unsuppress(desk: Desk) -> None:
    """OUT-11: no import, re-add or new address makes a suppressed person mailable; `unsuppress` does."""
    desk.take(record("1", "a@mail.example.org"))
    assert desk.mailable() == {"a@mail.example.org"}
    suppress(desk.warehouse, ["A@Mail.example.org"], "blocked", "asked by phone", "tests")
    assert desk.mailable() == set()
    desk.take(record("1", "a@mail.example.org"))
    desk.execute("UPDATE contacts.contact SET deleted_at = now()")
    desk.take(record("1", "a@mail.example.org"))
    assert desk.take(record("1", "moved@mail.example.org"))["1"] == Became("ignored", "do_not_mail", "blocked")
    assert desk.mailable() == set()
    desk.execute("UPDATE contacts.contact SET deleted_at = NULL")
    unsuppress(desk.warehouse, ["a@mail.example.org"], "mistake", "tests")
    assert desk.mailable() == {"a@mail.example.org"}


def test_unsubscribed_is_updated_and_never_subscribed_again(desk: Desk) -> None:
    """OUT-11, ADV-3 (keep): an unsubscribed member stays so, also after a removal; fields still follow the source."""
    desk.take(record("1", "a@mail.example.org"))
    desk.execute("UPDATE contacts.membership SET status = 'unsubscribed', unsubscribed_at = now()")
    assert desk.take(record("1", "a@mail.example.org", City="Ulm"))["1"] == Became("duplicate", "in_list")
    assert desk.membership("a@mail.example.org") == "unsubscribed"
    assert desk.contact("a@mail.example.org")["fields"]["city"] == "Ulm"  # type: ignore[index]
    desk.execute("UPDATE contacts.membership SET status = 'removed', reason = 'deleted'")
    desk.take(record("1", "a@mail.example.org"))
    assert desk.membership("a@mail.example.org") == "unsubscribed"


def test_removed_by_hand_stays_out(desk: Desk) -> None:
    """OUT-4: whoever was taken out of the list by hand is ignored; another list may have them."""
    desk.take(record("1", "a@mail.example.org"))
    desk.execute("UPDATE contacts.membership SET status = 'removed', reason = 'removed_by_hand'")
    assert desk.take(record("1", "a@mail.example.org"))["1"] == Became("ignored", "removed_by_hand")
    assert desk.take(record("1", "a@mail.example.org"), sync=other_list(desk))["1"] == Became("duplicate", "no_list")


def test_converted_joins_no_list_but_stays_where_it_is(desk: Desk) -> None:
    """ADV-4 (ignore_everywhere, the default): conversion blocks new memberships and leaves present ones."""
    converted = record("1", "a@mail.example.org", **{"$converted": True})
    assert desk.take(converted)["1"] == Became("ignored", "converted")
    assert desk.contact("a@mail.example.org") is None
    desk.take(record("2", "b@mail.example.org"))
    member = record("2", "b@mail.example.org", **{"$converted": True})
    assert desk.take(member)["2"] == Became("duplicate", "in_list")
    assert desk.take(member, sync=other_list(desk))["2"] == Became("ignored", "converted")
    assert desk.membership("b@mail.example.org") == "subscribed"


def test_required_field_without_value(desk: Desk) -> None:
    """OUT-4: `invalid_field` names the required contact field that has no valid value."""
    mapping = (*desk.sync.mapping, FieldMapping("salary", "Expected_Salary", "integer", required=True))
    strict = desk.sync.model_copy(update={"mapping": mapping})
    outcomes = desk.take(
        record("1", "a@mail.example.org", Expected_Salary="a lot"),
        record("2", "b@mail.example.org", Expected_Salary=50000),
        sync=strict,
    )
    assert outcomes == {"1": Became("ignored", "invalid_field", "salary"), "2": NEW}


def test_misfit_loses_the_field_only(desk: Desk) -> None:
    """MAP-6, OUT-16: a value that does not fit loses that field; raw value and reason are kept as evidence."""
    assert desk.take(record("1", "a@mail.example.org", Experience_in_Years="many", City="Ulm"))["1"] == NEW
    assert desk.contact("a@mail.example.org")["fields"] == {"city": "Ulm"}  # type: ignore[index]
    assert desk.evidence("1")["misfits"]["experience_years"]["raw"] == "many"


def test_nul_and_lone_surrogate_are_removed_and_reported(desk: Desk) -> None:
    """OUT-14: they never stop a load, and the ledger names the fields that were cleaned."""
    assert desk.take(record("1", "a@mail.example.org", First_Name="An\x00n", City="Ul\ud800m"))["1"] == NEW
    contact = desk.contact("a@mail.example.org")
    assert contact is not None
    assert (contact["first_name"], contact["fields"]["city"]) == ("Ann", "Ulm")
    assert set(desk.evidence("1")["cleaned"]) == {"First_Name", "City"}


def test_ignored_changes_nothing(desk: Desk) -> None:
    """OUT-4: an ignored record creates no contact and changes nothing of an existing one."""
    desk.take(record("1", "a@mail.example.org", City="Köln"))
    desk.execute("INSERT INTO contacts.bounce VALUES ('a@mail.example.org', now(), 0, now())")
    before = desk.rows("SELECT * FROM contacts.contact"), desk.rows("SELECT * FROM contacts.source_link")
    assert desk.take(record("1", "a@mail.example.org", City="Ulm"))["1"] == Became("ignored", "bounced", "hard")
    assert (desk.rows("SELECT * FROM contacts.contact"), desk.rows("SELECT * FROM contacts.source_link")) == before
    assert desk.last.changed is False


REASONS_IN_ORDER = [
    "empty_email", "invalid_pattern", "group_email", "file_duplicate", "bounced", "do_not_mail", "opted_out",
    "unsubscribed", "removed_by_hand", "converted", "invalid_field",
]  # fmt: skip


@pytest.mark.parametrize("later", range(1, len(REASONS_IN_ORDER)), ids=lambda at: f"OUT-4-{REASONS_IN_ORDER[at]}")
def test_the_first_reason_that_holds(desk: Desk, later: int) -> None:
    """OUT-4: of two neighbouring reasons that both hold for a record, the earlier one is given."""
    earlier, reason = REASONS_IN_ORDER[later - 1], REASONS_IN_ORDER[later]
    assert _with_reasons(desk, {reason}) == reason
    if later >= 4:  # the first three exclude each other: each is a different address
        assert _with_reasons(desk, {earlier, reason}) == earlier


def _with_reasons(desk: Desk, reasons: set[str]) -> str | None:
    """The reason given to a record for which all `reasons` hold."""
    desk.execute(
        "TRUNCATE contacts.contact, contacts.bounce, contacts.suppression, sync.taken_record, sync.conversion CASCADE"
    )
    address = {
        "empty_email": "",
        "invalid_pattern": "nobody",
        "group_email": "info@mail.example.org",
    }.get(min(reasons, key=REASONS_IN_ORDER.index), "a@mail.example.org")
    mapping = (*desk.sync.mapping, FieldMapping("salary", "Expected_Salary", "integer", required=True))
    options = Options(opt_out="remove_from_list", unsubscribed="remove_from_list")
    sync = desk.sync.model_copy(update={"options": options})
    desk.take(record("7", "a@mail.example.org"), sync=sync)
    if "bounced" in reasons:
        desk.execute("INSERT INTO contacts.bounce VALUES ('a@mail.example.org', now(), 0, now())")
    if "do_not_mail" in reasons:
        suppress(desk.warehouse, ["a@mail.example.org"], "registry", "test", "tests")
    if "unsubscribed" in reasons:
        desk.execute("UPDATE contacts.membership SET status = 'unsubscribed', unsubscribed_at = now()")
    if reasons & {"removed_by_hand", "converted"}:
        by_hand = "removed_by_hand" in reasons
        desk.execute(
            "UPDATE contacts.membership SET status = 'removed', reason = :why",
            why="removed_by_hand" if by_hand else "deleted",
        )
    rows = [
        record(
            "7",
            address,
            Email_Opt_Out="opted_out" in reasons,
            Expected_Salary="a lot" if "invalid_field" in reasons else 1,
            **{"$converted": "converted" in reasons},
        )
    ]
    if "file_duplicate" in reasons:
        rows.append(record("8", address, modified=9, Expected_Salary=1))
    run = desk.stage(rows, sync.model_copy(update={"mapping": mapping}))
    return next(row["reason"] for row in desk.decided(run) if row["record_id"] == "7")


def test_every_record_has_one_ledger_row_and_the_counters_are_its_sums(desk: Desk) -> None:
    """OUT-16: a ledger row for every record of every fetch, with mapping version; counters are sums over it."""
    desk.take(
        record("1", "a@mail.example.org"),
        record("2", None),
        record("3", "b@mail.example.org", **{"$approved": False}),
        record("1", "a@mail.example.org", modified=1),
    )
    ledger = desk.rows("SELECT outcome, count(*) FROM sync.ledger WHERE mapping_version = 1 GROUP BY 1")
    assert {row["outcome"]: row["count"] for row in ledger} == {"new": 1, "ignored": 1, "out_of_scope": 2}
    history = desk.rows("SELECT * FROM sync.import_history")[0]
    assert (history["read"], history["total"], history["new"], history["ignored"]) == (4, 2, 1, 1)
    reasons = desk.rows("SELECT reason, records FROM sync.ignored_by_reason ORDER BY reason")
    assert [tuple(row.values()) for row in reasons] == [("empty_email", 1), ("page_repeat", 1), ("unapproved", 1)]
