"""People who opt out at the source, and the choices that bind their records (ADV-1, ADV-5, ADV-7)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from contact_sync.config.loader import load_syncs
from contact_sync.errors import StagingLost
from contact_sync.paths import include_folder
from contact_sync.stages.failures import record_abandoned
from contact_sync.stages.opening import open_fetch
from contact_sync.warehouse.database import Warehouse
from tests.stages.desk import Became, record
from tests.stages.office import with_policy
from tests.stages.options_desk import OptionsDesk, passed_by

ANN, BOB = "ann@mail.example.org", "bob@mail.example.org"
OPTED_OUT = Became("ignored", "opted_out")
IN_LIST = Became("duplicate", "in_list")


@pytest.fixture
def desk(warehouse: Warehouse) -> OptionsDesk:
    return OptionsDesk(warehouse, load_syncs(include_folder(), only="candidates_daily").syncs["candidates_daily"])


def ann(**fields: object) -> dict[str, object]:
    return record("1", ANN, **fields)


def ann_opts_out(**fields: object) -> dict[str, object]:
    return ann(Email_Opt_Out=True, **fields)


def test_by_default_the_flag_is_no_reason(desk: OptionsDesk) -> None:
    """ADV-1 dont_exclude: imported and subscribed like any other."""
    assert desk.take(ann_opts_out()) == {"1": Became("new")}
    assert desk.standing(ANN) == ("subscribed", None)
    assert desk.rows("SELECT opted_out FROM contacts.source_link") == [{"opted_out": True}]


@pytest.mark.parametrize("choice", ["remove_from_list", "remove_from_org"])
def test_records_with_the_flag_are_ignored(desk: OptionsDesk, choice: str) -> None:
    """ADV-1, OUT-4: no contact, no membership, no pair."""
    assert desk.take(ann_opts_out(), sync=desk.choosing(opt_out=choice)) == {"1": OPTED_OUT}
    assert desk.contact(ANN) is None
    assert desk.rows("SELECT FROM sync.taken_record") == []
    assert desk.counted() == (0, 0, 0)


def test_who_opts_out_later_leaves_the_list(desk: OptionsDesk) -> None:
    """ADV-1 remove_from_list: this list only; the record's values are not taken any more, and it is told once."""
    sync = desk.choosing(opt_out="remove_from_list")
    desk.take(ann(City="Ulm"), record("2", BOB), sync=sync)
    desk.take(ann(), sync=desk.named("another"))
    assert desk.take(ann_opts_out(City="Köln", modified=1), sync=sync) == {"1": OPTED_OUT}
    assert (desk.standing(ANN), desk.standing(BOB)) == (("removed", "opted_out"), ("subscribed", None))
    assert desk.standing(ANN, "another") == ("subscribed", None)
    assert desk.is_deleted(ANN) is None
    assert desk.contact(ANN)["fields"]["city"] == "Ulm"  # type: ignore[index]
    assert desk.counted() == (1, 0, 0)
    assert desk.last.changed
    assert desk.take(ann_opts_out(modified=1), sync=sync) == {"1": OPTED_OUT}
    assert (desk.counted(), desk.last.changed) == ((0, 0, 0), False)


def test_who_opts_out_later_leaves_the_organisation(desk: OptionsDesk) -> None:
    """ADV-1 remove_from_org: marked as deleted, every membership ends, nothing is erased."""
    sync = desk.choosing(opt_out="remove_from_org")
    desk.take(ann(), sync=sync)
    desk.take(ann(), sync=desk.named("another"))
    desk.take(ann_opts_out(modified=1), sync=sync)
    assert desk.is_deleted(ANN) == "opted_out"
    assert (desk.standing(ANN), desk.standing(ANN, "another")) == (("removed", "deleted"), ("removed", "deleted"))
    assert desk.counted() == (1, 0, 0)
    assert [
        tuple(row.values()) for row in desk.rows("SELECT reason, reach, state, status_before FROM sync.removal")
    ] == [("opted_out", "organisation", "applied", "subscribed")]


def test_who_opts_in_again_joins_again(desk: OptionsDesk) -> None:
    """ADV-1: the flag is what counts; off again, the record is like any other."""
    sync = desk.choosing(opt_out="remove_from_list")
    desk.take(ann(), sync=sync)
    desk.take(ann_opts_out(modified=1), sync=sync)
    assert desk.take(ann(modified=2), sync=sync) == {"1": Became("duplicate", "no_list")}
    assert desk.standing(ANN) == ("subscribed", None)
    assert desk.rows("SELECT opted_out FROM contacts.source_link") == [{"opted_out": False}]


@pytest.mark.parametrize("email", ["", "nobody", "info@mail.example.org"])
def test_an_opt_out_counts_whatever_else_is_wrong(desk: OptionsDesk, email: str) -> None:
    """ADV-1, OUT-4: the first reason is the ledger's; the removal is no less due."""
    sync = desk.choosing(opt_out="remove_from_list")
    desk.take(ann(), sync=sync)
    became = desk.take(record("1", email, Email_Opt_Out=True, modified=1), sync=sync)["1"]
    assert became.reason in ("empty_email", "invalid_pattern", "group_email")
    assert desk.standing(ANN) == ("removed", "opted_out")


def test_an_older_pair_is_classified_as_before(desk: OptionsDesk) -> None:
    """ADV-5: the option came after the record; it stays, is updated, and the evidence says so."""
    desk.take(ann(City="Ulm"))
    sync = desk.choosing(opt_out="remove_from_list")
    rows = [ann_opts_out(City="Köln", modified=1), record("2", BOB, Email_Opt_Out=True)]
    assert desk.take(*rows, sync=sync) == {"1": IN_LIST, "2": OPTED_OUT}
    assert desk.evidence("1") == {"option_newer_than_record": True}
    assert desk.evidence("2") == {}
    assert desk.standing(ANN) == ("subscribed", None)
    assert desk.contact(ANN)["fields"]["city"] == "Köln"  # type: ignore[index]
    assert desk.counted() == (0, 0, 0)


def test_a_pair_stays_bound_when_the_option_is_switched_off(desk: OptionsDesk) -> None:
    """ADV-5: the other way round, too; a record that is taken now is bound to what is chosen now."""
    desk.take(ann(), sync=desk.choosing(opt_out="remove_from_list"))
    desk.take(record("2", BOB))
    rows = [ann_opts_out(modified=1), record("2", BOB, Email_Opt_Out=True, modified=1)]
    assert desk.take(*rows) == {"1": OPTED_OUT, "2": IN_LIST}
    assert desk.evidence("1") == {"option_newer_than_record": True}
    assert desk.evidence("2") == {}
    assert (desk.standing(ANN), desk.standing(BOB)) == (("removed", "opted_out"), ("subscribed", None))


def test_pairs_keep_the_choices_of_the_fetch_that_took_them(desk: OptionsDesk) -> None:
    """ADV-5: written once, when the record is first taken; later fetches change nothing of it."""
    chosen = {"opt_out": "remove_from_org", "deleted": "remove_from_list", "unsubscribed": "remove_from_org"}
    desk.take(ann(), sync=desk.choosing(**chosen))
    desk.take(ann(modified=1), record("2", BOB))
    query = "SELECT record_id, opt_out, deleted, unsubscribed FROM sync.taken_record ORDER BY record_id"
    assert [tuple(row.values()) for row in desk.rows(query)] == [
        ("1", *chosen.values()),
        ("2", "dont_exclude", "keep", "keep"),
    ]


def test_a_new_sync_applies_its_option_to_everybody(desk: OptionsDesk) -> None:
    """ADV-5: what the older sync took and holds back, a new one with the option on takes out of the list."""
    desk.take(ann(Email_Opt_Out=True), record("2", BOB))
    again = desk.named("again", desk.sync.list_name, opt_out="remove_from_list")
    assert desk.take(ann_opts_out(), record("2", BOB), sync=again) == {"1": OPTED_OUT, "2": IN_LIST}
    assert (desk.standing(ANN), desk.standing(BOB)) == (("removed", "opted_out"), ("subscribed", None))


def test_a_record_never_taken_takes_its_person_out(desk: OptionsDesk) -> None:
    """ADV-1, ADV-5: brought in by another sync, out by this one's option, also if the record is ignored for more."""
    sync = desk.choosing(opt_out="remove_from_list")
    desk.take(ann(), record("2", BOB), sync=desk.named("another", desk.sync.list_name, module="Contacts"))
    desk.execute("INSERT INTO contacts.bounce VALUES (:key, now(), 0, now())", key=ANN)
    rows = [record("11", ANN, Email_Opt_Out=True), record("12", BOB, Email_Opt_Out=True)]
    assert desk.take(*rows, sync=sync) == {"11": Became("ignored", "bounced", "hard"), "12": OPTED_OUT}
    assert (desk.standing(ANN), desk.standing(BOB)) == (("removed", "opted_out"), ("removed", "opted_out"))
    assert desk.counted() == (2, 0, 0)


def test_opt_outs_of_records_out_of_scope(desk: OptionsDesk) -> None:
    """ADV-7: of every record ever taken, seen beside the batch; of no other."""
    sync = desk.choosing(opt_out="remove_from_list")
    desk.take(ann(), record("2", BOB), sync=sync)
    desk.see(passed_by("1", opted_out=True), passed_by("77", opted_out=True), sync=sync)
    assert (desk.standing(ANN), desk.standing(BOB)) == (("removed", "opted_out"), ("subscribed", None))
    assert desk.counted() == (1, 0, 0)
    links = desk.rows("SELECT record_id, opted_out FROM contacts.source_link ORDER BY record_id")
    assert [tuple(row.values()) for row in links] == [("1", True), ("2", False)]
    desk.see(passed_by("1", minutes=90, opted_out=False), sync=sync)
    assert desk.rows("SELECT FROM contacts.source_link WHERE opted_out") == []
    assert desk.standing(ANN) == ("removed", "opted_out")


def test_unapproved_records_opt_out_too(desk: OptionsDesk) -> None:
    """ADV-7: a record of the batch that is out of scope by now is noticed as well, one never taken is not."""
    sync = desk.choosing(opt_out="remove_from_list")
    desk.take(ann(), sync=sync)
    desk.take(record("2", BOB), sync=desk.named("another", sync.list_name))
    rows = [
        ann_opts_out(modified=1, **{"$approved": False}),
        record("2", BOB, Email_Opt_Out=True, **{"$approved": False}),
    ]
    desk.take(*rows, sync=sync)
    assert (desk.standing(ANN), desk.standing(BOB)) == (("removed", "opted_out"), ("subscribed", None))


def test_the_newest_state_of_a_record_counts(desk: OptionsDesk) -> None:
    """ADV-1, OUT-8: of a record that comes twice, and of what is seen beside the batch."""
    sync = desk.choosing(opt_out="remove_from_list")
    desk.take(ann(), record("2", BOB), sync=sync)
    rows = [ann_opts_out(modified=1), ann(modified=2), record("2", BOB, modified=1)]
    desk.see(passed_by("2", minutes=3, opted_out=True), rows=rows, sync=sync)
    assert (desk.standing(ANN), desk.standing(BOB)) == (("subscribed", None), ("removed", "opted_out"))


def test_a_preview_tells_and_writes_nothing(desk: OptionsDesk) -> None:
    """ADV-1, RET-6: how many would leave."""
    sync = desk.choosing(opt_out="remove_from_list")
    desk.take(ann(), sync=sync)
    run = desk.stage([ann_opts_out(modified=1)], sync)
    desk.execute("UPDATE sync.fetch SET preview = true WHERE run_id = :run_id", run_id=run.run_id)
    desk.last = desk.classify_and_load(run)
    assert (desk.last.status, desk.counted()) == ("preview", (1, 0, 0))
    assert desk.standing(ANN) == ("subscribed", None)
    assert desk.rows("SELECT FROM sync.removal") == []


@pytest.mark.parametrize("list_first", [True, False])
def test_each_sync_does_what_its_own_choice_says(desk: OptionsDesk, list_first: bool) -> None:
    """ADV-1: whichever of two syncs of a list sees the flag first; and once, so that who was brought back stays."""
    mild = desk.choosing(opt_out="remove_from_list")
    strict = desk.named("strict", desk.sync.list_name, opt_out="remove_from_org")
    for sync in (mild, strict):
        desk.take(ann(), sync=sync)
    for sync in (mild, strict) if list_first else (strict, mild):
        desk.take(ann_opts_out(modified=1), sync=sync)
    assert desk.is_deleted(ANN) == "opted_out"
    desk.take(ann_opts_out(modified=1), sync=desk.named("kind"))
    assert desk.is_deleted(ANN) is None
    desk.take(ann_opts_out(modified=1), sync=strict)
    assert desk.is_deleted(ANN) is None
    desk.take(ann(modified=2), sync=strict)
    desk.take(ann_opts_out(modified=3), sync=strict)
    assert desk.is_deleted(ANN) == "opted_out"


def test_a_failed_run_that_is_cleared_later_goes_by_the_options_of_today(desk: OptionsDesk) -> None:
    """ADV-1, ADV-5, LIM-2: what is first taken after the change is bound to it; the run keeps its place of the day."""
    desk.sync = with_policy(desk.sync, syncs_per_day=1)
    failed = desk.stage([ann_opts_out()], desk.sync)
    record_abandoned(failed.dag_id, failed.run_id, desk.warehouse)
    today = desk.choosing(opt_out="remove_from_list")
    assert desk.take(ann_opts_out(), sync=today) == {"1": OPTED_OUT}
    other = desk.named("other")
    open_fetch(replace(failed, dag_id="other"), other, desk.warehouse, failed.started_at + timedelta(days=2))
    fetch, _ = open_fetch(failed, today, desk.warehouse, failed.started_at + timedelta(days=2))
    assert (fetch.fetch_id, fetch.settings["options"]["opt_out"]) == (4, "remove_from_list")


def test_a_batch_that_a_later_fetch_has_overtaken_is_not_loaded(desk: OptionsDesk) -> None:
    """ADV-1, RET-4: it would bring back whom the later one took out, with values of yesterday; read again it may."""
    sync = desk.choosing(opt_out="remove_from_list")
    desk.take(ann(), sync=sync)
    failed = desk.stage([ann()], sync)
    record_abandoned(failed.dag_id, failed.run_id, desk.warehouse)
    desk.take(ann_opts_out(modified=1), sync=sync)
    with pytest.raises(StagingLost, match=r"fetch 3 has read the source since.* Clear the run from extract\."):
        desk.classify_and_load(failed)
    assert desk.standing(ANN) == ("removed", "opted_out")
    desk.execute("UPDATE sync.fetch SET source_clock = (SELECT max(source_clock) FROM sync.fetch) WHERE fetch_id = 2")
    desk.classify_and_load(failed)


def test_a_backfill_of_days_past_overtakes_nobody(desk: OptionsDesk) -> None:
    """RET-5, OPS-10: of two runs at once the one that failed for a moment goes on, whatever days the other has read."""
    desk.take(ann())
    failed = desk.stage([ann()])
    record_abandoned(failed.dag_id, failed.run_id, desk.warehouse)
    desk.take(ann(modified=1))
    desk.execute("UPDATE sync.fetch SET window_end = window_end - interval '9 days' WHERE fetch_id = 3")
    assert desk.outcomes(desk.classify_and_load(failed).fetch_id) == {"1": IN_LIST}
