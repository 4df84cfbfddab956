"""What a person's answer to the guard's question does: a ceiling, once, with who and when (ADV-8)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from contact_sync.config.loader import load_syncs
from contact_sync.config.options import RemovalGuard
from contact_sync.config.resolved import ResolvedSync
from contact_sync.errors import SyncSkipped
from contact_sync.paths import include_folder
from contact_sync.stages import approving
from contact_sync.warehouse import organisation, removals, suppressions
from contact_sync.warehouse.database import Warehouse
from tests.stages.desk import Became, record
from tests.stages.options_desk import OptionsDesk, deleted

PEOPLE = [str(number) for number in range(1, 21)]
SYNC = "candidates_daily"
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


def person(record_id: str, **fields: object) -> dict[str, object]:
    return record(record_id, address(record_id), **fields)


def address(record_id: str) -> str:
    return f"p{record_id}@mail.example.org"


def guarded(desk: OptionsDesk, sync: ResolvedSync | None = None, hours: int = 24, **choices: str) -> ResolvedSync:
    """All choices remove; more than two memberships that are more than a fifth of the list wait."""
    chosen = {"opt_out": "remove_from_list", "deleted": "remove_from_list", "unsubscribed": "remove_from_list"}
    guard = RemovalGuard(memberships=2, share=0.2, approval_timeout=hours)
    return desk.choosing(sync, guard=guard, **{**chosen, "converted": "exclude_from_list", **choices})


@pytest.fixture
def desk(warehouse: Warehouse) -> OptionsDesk:
    """Twenty people in the list."""
    desk = OptionsDesk(warehouse, load_syncs(include_folder(), only=SYNC).syncs[SYNC])
    desk.take(*(person(each) for each in PEOPLE), sync=guarded(desk))
    return desk


@pytest.fixture
def waiting(desk: OptionsDesk) -> OptionsDesk:
    """Of these twenty two opted out, two were deleted, two unsubscribed and two converted: all eight wait."""
    for each in ("5", "6"):
        desk.unsubscribe(address(each))
    desk.see(
        deleted("3"),
        deleted("4"),
        rows=[
            *(person(each, Email_Opt_Out=True, modified=1) for each in ("1", "2")),
            *(person(each, modified=1, **{"$converted": True}) for each in ("7", "8")),
        ],
        sync=guarded(desk),
    )
    assert desk.counted() == (0, 8, 0)
    return desk


def approve(desk: OptionsDesk, fetch_id: int | None = None) -> approving.Decision:
    return approving.approve(desk.warehouse, SYNC, "ann", "seen", fetch_id)


def withhold(desk: OptionsDesk, fetch_id: int | None = None) -> approving.Decision:
    return approving.withhold(desk.warehouse, SYNC, "ann", "too many", fetch_id)


def states(desk: OptionsDesk) -> dict[str, str]:
    rows = desk.rows(
        "SELECT record_id, state FROM sync.removal WHERE fetch_id = :id ORDER BY removal_id", id=desk.last.fetch_id
    )
    return {row["record_id"]: row["state"] for row in rows}


def acts(desk: OptionsDesk) -> list[tuple[Any, ...]]:
    rows = desk.rows(
        "SELECT kind, who, reason, fetch_id, detail FROM sync.act WHERE kind IN ('approve', 'withhold') ORDER BY act_id"
    )
    return [tuple(row.values()) for row in rows]


def counters(desk: OptionsDesk) -> tuple[int, int, int]:
    """Of the newest fetch that left or removed anybody."""
    query = (
        "SELECT removed, pending_removals, deleted FROM sync.import_history WHERE fetch_id = "
        "(SELECT max(fetch_id) FROM sync.removal)"
    )
    (row,) = desk.rows(query)
    return row["removed"], row["pending_removals"], row["deleted"]


def everything(desk: OptionsDesk) -> list[Any]:
    tables = ("contacts.membership", "contacts.contact", "sync.removal", "sync.act", "sync.organisation", "sync.fetch")
    return [desk.rows(f"SELECT * FROM {table} ORDER BY 1, 2") for table in tables]


def test_apply_ends_exactly_what_was_asked_about(waiting: OptionsDesk) -> None:
    """ADV-8: each with its reason, as load would have; the act keeps who, when, why and numbers, the history counts."""
    standing = {each: waiting.standing(address(each)) for each in PEOPLE}
    done = approve(waiting)
    assert (done.changed, done.people, done.dropped, done.ended, done.list_name) == (
        True,
        8,
        0,
        8,
        waiting.sync.list_name,
    )
    reasons = ["opted_out"] * 2 + ["deleted"] * 2 + ["unsubscribed"] * 2 + ["converted"] * 2
    for each, reason in zip(PEOPLE, reasons, strict=False):
        assert waiting.standing(address(each)) == ("removed", reason), each
    assert all(waiting.standing(address(each)) == standing[each] for each in PEOPLE[8:])
    assert set(states(waiting).values()) == {"applied"}
    detail = {"people": 8, "dropped": 0, "memberships": 8}
    assert acts(waiting) == [("approve", "ann", "seen", waiting.last.fetch_id, detail)]
    assert counters(waiting) == (8, 0, 2)
    assert {each.reason for each in waiting.deletions().values()} == {"removed_from_list"}
    query = "SELECT removal_id FROM sync.removal WHERE decided_by = 'ann' AND decided_at > now() - interval '1 minute'"
    assert len(waiting.rows(query)) == 8


def test_whoever_unsubscribed_stays_known_as_such(waiting: OptionsDesk) -> None:
    """ADV-8, OUT-11: an approval takes nobody's unsubscription away."""
    approve(waiting)
    rows = waiting.rows("SELECT FROM contacts.membership WHERE unsubscribed_at IS NOT NULL AND reason = 'unsubscribed'")
    assert len(rows) == 2


def test_withhold_lets_all_of_them_stay(waiting: OptionsDesk) -> None:
    """ADV-8: nobody leaves, now or by the next fetch; who, when and why are kept."""
    standing = {each: waiting.standing(address(each)) for each in PEOPLE}
    done = withhold(waiting)
    assert (done.changed, done.people, done.ended) == (True, 8, 0)
    assert {each: waiting.standing(address(each)) for each in PEOPLE} == standing
    assert set(states(waiting).values()) == {"withheld"}
    assert acts(waiting) == [
        ("withhold", "ann", "too many", waiting.last.fetch_id, {"people": 8, "dropped": 0, "memberships": 0})
    ]
    assert counters(waiting) == (0, 0, 0)
    assert {each.reason for each in waiting.deletions().values()} == {"kept"}
    waiting.see(sync=guarded(waiting))
    assert (waiting.counted(), waiting.last.status) == ((0, 0, 0), "succeeded")


def test_the_second_answer_does_nothing(waiting: OptionsDesk) -> None:
    """ADV-8: neither the same again nor another one; it says whose answer holds."""
    approve(waiting)
    after = everything(waiting)
    for again in (approve(waiting, waiting.last.fetch_id), withhold(waiting, waiting.last.fetch_id)):
        assert not again.changed
        assert again.told.startswith(f"The removals of fetch {waiting.last.fetch_id} were approved by ann at ")
    assert approve(waiting).told == f"no removals of '{SYNC}' wait for an answer: nothing was done."
    assert everything(waiting) == after


def test_a_newer_fetch_replaces_the_question(waiting: OptionsDesk) -> None:
    """ADV-8: an answer to the older one does nothing, and names the newer, which can be answered."""
    older = waiting.last.fetch_id
    waiting.see(deleted("9"), sync=guarded(waiting))
    assert waiting.counted() == (0, 9, 0)
    before = everything(waiting)
    late = approve(waiting, older)
    newer = waiting.last.fetch_id
    assert not late.changed
    assert f"The removals of fetch {older} were replaced by those of fetch {newer} at " in late.told
    assert late.told.endswith(f"Nothing was done. Fetch {newer} asks now: contact-sync pending {SYNC}")
    assert everything(waiting) == before
    assert approve(waiting, newer).ended == 9
    # the two deletions that the older fetch saw are counted there, where the ledger has them
    assert counters(waiting) == (9, 0, 1)
    (first,) = waiting.rows("SELECT removed, deleted FROM sync.fetch WHERE fetch_id = :id", id=older)
    assert (first["removed"], first["deleted"]) == (0, 2)


def test_who_came_back_at_the_source_is_dropped(waiting: OptionsDesk) -> None:
    """ADV-8: another sync of the source saw the flag gone, the record restored; a live record of another supplies."""
    other = guarded(waiting, waiting.named("another_list", "Another list"))
    waiting.take(
        person("1", modified=70), person("3", modified=70), record("55", address("4"), modified=70), sync=other
    )
    assert {each: states_of(waiting)[each] for each in ("1", "3", "4")} == dict.fromkeys("134", "pending")
    done = approve(waiting)
    assert (done.people, done.dropped, done.ended) == (6, 2, 6)
    assert states_of(waiting) == {
        "1": "dropped", "2": "applied", "3": "dropped", "4": "applied",
        "5": "applied", "6": "applied", "7": "applied", "8": "applied",
    }  # fmt: skip
    assert done.told.endswith("2 people came back meanwhile and stay.")
    assert waiting.standing(address("1")) == waiting.standing(address("3")) == ("subscribed", None)


def states_of(desk: OptionsDesk) -> dict[str, str]:
    """State of every removal by record, whatever fetch came last."""
    return {row["record_id"]: row["state"] for row in desk.rows("SELECT record_id, state FROM sync.removal ORDER BY 1")}


def test_a_live_record_in_the_same_list_keeps_the_person(waiting: OptionsDesk) -> None:
    """ADV-2, ADV-8: a membership leaves only with its last live record, also at the answer."""
    other = guarded(waiting, waiting.named("same_list", waiting.sync.list_name))
    waiting.take(record("55", address("4"), modified=70), sync=other)
    assert approve(waiting).dropped == 1
    assert states_of(waiting)["4"] == "dropped"
    assert waiting.standing(address("4")) == ("subscribed", None)


def test_who_was_taken_back_by_hand_or_subscribed_again_is_dropped(waiting: OptionsDesk) -> None:
    """ADV-8: removed by hand and restored since; subscribed again; a removal by hand since has ended it already."""
    ids = {each: str(waiting.contact(address(each))["contact_id"]) for each in ("1", "2")}  # type: ignore[index]
    list_name = waiting.sync.list_name
    removals.remove_from_list(waiting.warehouse, ids["1"], list_name, "why", "bob")
    removals.restore_to_list(waiting.warehouse, ids["1"], list_name, "oops", "bob")
    removals.remove_from_list(waiting.warehouse, ids["2"], list_name, "why", "bob")
    waiting.execute(
        "UPDATE contacts.membership SET status = 'subscribed', unsubscribed_at = NULL, since = now() "
        "WHERE contact_id = (SELECT contact_id FROM contacts.contact WHERE email_key = :address)",
        address=address("5"),
    )
    assert (approve(waiting).dropped, states_of(waiting)["6"]) == (3, "applied")
    assert waiting.standing(address("1")) == ("subscribed", None)
    assert waiting.standing(address("2")) == ("removed", "removed_by_hand")
    assert waiting.standing(address("5")) == ("subscribed", None)


def test_who_joined_anew_or_is_told_of_otherwise_by_now_is_dropped(waiting: OptionsDesk) -> None:
    """ADV-8: joined again through another sync; the record belongs to somebody else by now; the choice for converted
    people is another.
    """
    ids = {each: waiting.contact(address(each))["contact_id"] for each in ("1", "9")}  # type: ignore[index]
    waiting.execute(
        "UPDATE contacts.membership SET status = 'removed', reason = 'deleted' WHERE contact_id = :id", id=ids["1"]
    )
    other = waiting.named("same_list", waiting.sync.list_name)
    waiting.take(person("1", Email_Opt_Out=True, modified=70), sync=other)
    assert waiting.standing(address("1")) == ("subscribed", None)
    waiting.execute("UPDATE contacts.source_link SET contact_id = :id WHERE record_id = '2'", id=ids["9"])
    waiting.execute("UPDATE sync.conversion SET manner = 'ignore_everywhere' WHERE record_id = '7'")
    assert (approve(waiting).dropped, waiting.standing(address("8"))) == (3, ("removed", "converted"))
    for each in ("1", "2", "7", "9"):
        assert waiting.standing(address(each)) == ("subscribed", None), each


def test_nobody_is_added_by_an_approval(waiting: OptionsDesk) -> None:
    """ADV-8: who unsubscribed after the question was asked is not part of it."""
    waiting.unsubscribe(address("12"))
    assert approve(waiting).people == 8
    assert waiting.standing(address("12")) == ("unsubscribed", None)


def test_out_of_the_organisation_or_of_the_list_only(warehouse: Warehouse) -> None:
    """ADV-2, ADV-8: whom another sync supplies by the time of the answer leaves this list only; others all."""
    desk = OptionsDesk(warehouse, load_syncs(include_folder(), only=SYNC).syncs[SYNC])
    sync = guarded(desk, deleted="remove_from_org")
    desk.take(*(person(each) for each in PEOPLE), sync=sync)
    desk.see(*(deleted(each) for each in PEOPLE[:6]), sync=sync)
    assert desk.counted() == (0, 6, 0)
    desk.take(record("77", address("1"), modified=90), sync=desk.named("elsewhere", "Elsewhere"))
    done = approve(desk)
    assert (done.people, done.ended, counters(desk)) == (6, 6, (6, 0, 6))
    assert (desk.is_deleted(address("1")), desk.standing(address("1"), "Elsewhere")) == (None, ("subscribed", None))
    assert [desk.standing(address(each)) for each in PEOPLE[:6]] == [("removed", "deleted")] * 6
    assert {desk.is_deleted(address(each)) for each in PEOPLE[1:6]} == {"deleted"}
    became = {record_id: each.reason for record_id, each in told_of_deletions(desk).items()}
    assert became == {"1": "removed_from_list", **dict.fromkeys(PEOPLE[1:6], "removed_from_org")}


def told_of_deletions(desk: OptionsDesk) -> dict[str, Became]:
    """What the ledger says of deletions by now, whatever fetch came last."""
    query = "SELECT record_id, outcome, reason, sub_code FROM sync.ledger WHERE outcome = 'deleted'"
    return {row["record_id"]: Became(row["outcome"], row["reason"], row["sub_code"]) for row in desk.rows(query)}


def test_a_deleted_sync_removes_nobody_any_more(waiting: OptionsDesk) -> None:
    """LIM-3, ADV-8: memberships stay, nobody is asked any more; the question can only be closed."""
    waiting.execute("UPDATE sync.sync SET state = 'deleted', inactive_reason = NULL WHERE sync_id = :id", id=SYNC)
    with pytest.raises(SyncSkipped, match="nothing_pending"):
        approving.to_ask(waiting.warehouse, "manual__9", NOW)
    done = approve(waiting)
    assert not done.changed
    assert "nobody leaves because of it any more (LIM-3)" in done.told
    assert waiting.standing(address("1")) == ("subscribed", None)
    assert withhold(waiting).changed


def test_an_answer_between_classify_and_load_is_seen(waiting: OptionsDesk) -> None:
    """ADV-8, OPS-10: the load of the next fetch judges again and proposes nobody whom a person kept."""
    from contact_sync.stages.classify import classify
    from contact_sync.stages.load import load

    run = waiting.stage([], guarded(waiting), [])
    classify(run, waiting.warehouse)
    withhold(waiting)
    waiting.last = load(run, waiting.warehouse)
    assert (waiting.counted(), waiting.last.status) == ((0, 0, 0), "succeeded")


def test_an_answer_waits_for_whoever_holds_the_organisation(waiting: OptionsDesk) -> None:
    """ADV-8, OPS-10: an answer and a load never overlap."""
    from threading import Thread

    done: list[approving.Decision] = []
    thread = Thread(target=lambda: done.append(approve(waiting)))
    with waiting.warehouse.transaction() as connection:
        organisation.lock(connection)
        thread.start()
        thread.join(0.5)
        assert (thread.is_alive(), done) == (True, [])
    thread.join(20)
    assert done[0].ended == 8


def test_a_killed_answer_leaves_everything_as_it_was(waiting: OptionsDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """ADV-8, OPS-4: one transaction; the same answer does it later."""
    before = everything(waiting)

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("contact_sync.stages.approving.acts.record", killed)
        with pytest.raises(KeyboardInterrupt):
            approve(waiting)
    assert everything(waiting) == before
    assert approve(waiting).ended == 8


def test_a_suppressed_person_never_comes_back_by_an_answer(waiting: OptionsDesk) -> None:
    """ADV-8, OUT-11: neither answer makes a suppressed person mailable."""
    suppressions.suppress(waiting.warehouse, [address("1")], "blocked", "asked", "bob")
    withhold(waiting)
    assert address("1") not in waiting.mailable()


def test_the_question_tells_counts_and_nobody(waiting: OptionsDesk) -> None:
    """ADV-8, OUT-16: counts, list, sync, reasons, the answers and the command to look; no address, no name."""
    asked = approving.ask(waiting.warehouse, waiting.last.fetch_id, "run 1", NOW)
    assert asked.hours == 24
    assert asked.subject == f"{waiting.sync.list_name}: 8 people would leave (sync {SYNC})"
    for words in (
        "**8 people** out and end **8 of 20** memberships", "(40%)", f"`{SYNC}`", "| 2 | opted out at the source |",
        "| 2 | record deleted at the source |", "| 2 | unsubscribed from the list |", "| 2 | converted |",
        "more than 2 memberships and more than 20%", "within 24 hours", f"`contact-sync pending {SYNC}`",
    ):  # fmt: skip
        assert words in asked.body, words
    assert "@" not in asked.body + asked.subject
    assert "Number" not in asked.body  # the last names


def test_one_question_at_a_time(waiting: OptionsDesk) -> None:
    """ADV-8: a retried load, or a second event, asks nobody twice; a retried task of the same run does; after the time
    has run out anybody may.
    """
    fetch_id, warehouse = waiting.last.fetch_id, waiting.warehouse
    assert approving.to_ask(warehouse, "run 1", NOW, {fetch_id}) == [fetch_id]
    approving.ask(warehouse, fetch_id, "run 1", NOW)
    assert approving.ask(warehouse, fetch_id, "run 1", NOW).fetch_id == fetch_id
    for act in (
        lambda: approving.to_ask(warehouse, "run 2", NOW, {fetch_id}),
        lambda: approving.ask(warehouse, fetch_id, "run 2", NOW + timedelta(hours=23)),
    ):
        with pytest.raises(SyncSkipped) as skipped:
            act()
        assert (skipped.value.reason, skipped.value.remedy) == (
            "asked_already",
            "See the open question in the run run 1",
        )
    later = NOW + timedelta(hours=24)
    assert approving.to_ask(warehouse, "run 2", later) == [fetch_id]
    assert approving.ask(warehouse, fetch_id, "run 2", later).fetch_id == fetch_id


def test_nothing_is_asked_when_nothing_waits(waiting: OptionsDesk) -> None:
    """ADV-8: decided meanwhile, or never pending."""
    approve(waiting)
    for only in ({waiting.last.fetch_id}, {999}, None):
        with pytest.raises(SyncSkipped, match="nothing_pending"):
            approving.to_ask(waiting.warehouse, "run 1", NOW, only)
    with pytest.raises(SyncSkipped, match="were approved by ann"):
        approving.ask(waiting.warehouse, waiting.last.fetch_id, "run 1", NOW)


def test_no_answer_changes_nothing(waiting: OptionsDesk) -> None:
    """ADV-8: the removals stay pending, and the next fetch asks again with the same people."""
    before = everything(waiting)
    done = approving.answer(waiting.warehouse, waiting.last.fetch_id, None, "nobody", "")
    assert (done.changed, everything(waiting)) == (False, before)
    assert f"8 people by fetch {waiting.last.fetch_id} stays pending; the next run of '{SYNC}' asks again" in done.told
    waiting.see(sync=guarded(waiting))
    assert waiting.counted() == (0, 8, 0)
    assert approving.to_ask(waiting.warehouse, "run 2", NOW) == [waiting.last.fetch_id]
