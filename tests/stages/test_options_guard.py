"""Many removals at once: nothing leaves before a person has answered; each fetch asks anew (ADV-8)."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contact_sync.config.loader import load_syncs
from contact_sync.config.options import RemovalGuard
from contact_sync.config.resolved import ResolvedSync
from contact_sync.paths import include_folder
from contact_sync.stages import approving
from contact_sync.stages.approving import Decision
from contact_sync.stages.removing import is_too_many
from contact_sync.warehouse.database import Warehouse
from contact_sync.warehouse.removals import remove_from_list
from tests.stages.desk import Became, record
from tests.stages.options_desk import SENT_IN, OptionsDesk, deleted

PEOPLE = [str(number) for number in range(1, 21)]
STATES = "SELECT fetch_id, state, count(*) AS people FROM sync.removal GROUP BY 1, 2 ORDER BY 1, 2"


@pytest.fixture
def desk(warehouse: Warehouse) -> OptionsDesk:
    desk = OptionsDesk(warehouse, load_syncs(include_folder(), only="candidates_daily").syncs["candidates_daily"])
    desk.take(*(person(each) for each in PEOPLE), sync=guarded(desk))
    return desk


def guarded(desk: OptionsDesk, memberships: int = 2, share: float = 0.2, **choices: str) -> ResolvedSync:
    """All choices remove; more than two memberships that are more than a fifth of the list wait."""
    chosen = {"opt_out": "remove_from_list", "deleted": "remove_from_list", "unsubscribed": "remove_from_list"}
    guard = RemovalGuard(memberships=memberships, share=share)
    return desk.choosing(guard=guard, **{**chosen, "converted": "exclude_from_list", **choices})


def person(record_id: str, **fields: object) -> dict[str, object]:
    return record(record_id, f"p{record_id}@mail.example.org", **fields)


def gone(*record_ids: str, minutes: int = 60) -> list[SENT_IN]:
    return [deleted(each, minutes) for each in record_ids]


def members(desk: OptionsDesk) -> int:
    return len(desk.rows("SELECT FROM contacts.membership WHERE status <> 'removed'"))


def states(desk: OptionsDesk) -> list[tuple[str, int]]:
    return [(row["state"], row["people"]) for row in desk.rows(STATES)]


def asked(desk: OptionsDesk) -> dict[str, str]:
    """How far what waits reaches, by record."""
    found = desk.rows("SELECT record_id, reach FROM sync.removal WHERE state = 'pending'")
    return {row["record_id"]: row["reach"] for row in found}


@given(st.integers(0, 200), st.integers(0, 200), st.integers(0, 50), st.floats(0, 1))
def test_both_limits_at_once(ending: int, members: int, memberships: int, share: float) -> None:
    """ADV-8: more than so many, and more than that share; a limit that is just reached lets through."""
    guard = RemovalGuard(memberships=memberships, share=share)
    assert is_too_many(ending, members, guard) == (ending > memberships and ending > share * members)
    assert not is_too_many(memberships, members, guard)


def test_up_to_a_limit_they_leave(desk: OptionsDesk) -> None:
    """ADV-8: four of twenty are a fifth and no more; and of two nobody is asked, whatever the share."""
    desk.see(*gone(*PEOPLE[:4]), sync=guarded(desk))
    assert (desk.counted(), members(desk), desk.last.status) == ((4, 0, 4), 16, "succeeded")
    desk.see(*gone(*PEOPLE[4:6]), sync=guarded(desk, share=0))
    assert desk.counted() == (2, 0, 2)


def test_beyond_both_all_of_them_wait(desk: OptionsDesk) -> None:
    """ADV-8: everything else is applied, the run ends partial, and the watermark advances."""
    before = desk.rows("SELECT value FROM sync.watermark")[0]["value"]
    became = desk.see(*gone(*PEOPLE[:5]), rows=[person("99"), person("20", City="Ulm", modified=1)], sync=guarded(desk))
    assert {each.reason for each in became.values()} == {"pending"}
    assert (desk.counted(), members(desk), desk.last.status) == ((0, 5, 0), 21, "partial")
    assert states(desk) == [("pending", 5)]
    assert desk.contact("p20@mail.example.org")["fields"] == {"city": "Ulm"}  # type: ignore[index]
    assert desk.rows("SELECT value FROM sync.watermark")[0]["value"] > before


def test_all_options_count_together(desk: OptionsDesk) -> None:
    """ADV-8: opted out, deleted, unsubscribed and converted; each person once, for the farthest and first reason."""
    desk.unsubscribe("p1@mail.example.org")
    desk.unsubscribe("p2@mail.example.org")
    rows = [person("2", Email_Opt_Out=True, modified=1), person("3", modified=1, **{"$converted": True})]
    desk.see(*gone("2", "4", "5"), rows=rows, sync=guarded(desk))
    assert desk.counted() == (0, 5, 0)
    reasons = desk.rows("SELECT record_id, reason FROM sync.removal ORDER BY record_id")
    assert [tuple(row.values()) for row in reasons] == [
        ("1", "unsubscribed"), ("2", "opted_out"), ("3", "converted"), ("4", "deleted"), ("5", "deleted"),
    ]  # fmt: skip


def test_the_next_fetch_asks_again(desk: OptionsDesk) -> None:
    """ADV-8: it need not see them anew; the older question is replaced, and new ones join the present one."""
    rows = [person(each, Email_Opt_Out=True, modified=1) for each in PEOPLE[:3]]
    desk.see(*gone(*PEOPLE[3:6]), rows=rows, sync=guarded(desk))
    assert desk.counted() == (0, 6, 0)
    desk.see(*gone("7"), sync=guarded(desk))
    assert (desk.counted(), desk.last.status) == ((0, 7, 0), "partial")
    assert states(desk) == [("replaced", 6), ("pending", 7)]


@pytest.mark.parametrize("shared_first", [True, False])
def test_asked_again_a_deletion_reaches_as_far_as_it_would_by_now(desk: OptionsDesk, shared_first: bool) -> None:
    """ADV-8, ADV-2: each fetch's question is a new one: whom another sync supplies by then leaves the list only."""
    sync = guarded(desk, deleted="remove_from_org")
    desk.take(*(person(each, modified=1) for each in PEOPLE[:6]), sync=sync)
    other = desk.named("other", module="Contacts")
    if shared_first:
        desk.take(person("1"), sync=other)
    desk.execute("DELETE FROM sync.taken_record WHERE sync_no = 1 AND record_id <= '6'")
    desk.take(*(person(each, modified=2) for each in PEOPLE[:6]), sync=sync)
    desk.see(*gone(*PEOPLE[:6]), sync=sync)
    assert asked(desk)["1"] == ("list" if shared_first else "organisation")
    if shared_first:
        remove_from_list(desk.warehouse, "p1@mail.example.org", "other", "asked", "tests")
    else:
        desk.take(person("1"), sync=other)
    desk.see(sync=sync)
    assert asked(desk) == {**dict.fromkeys(PEOPLE[:6], "organisation"), "1": "organisation" if shared_first else "list"}


def test_a_flag_that_waits_stays_news(desk: OptionsDesk) -> None:
    """ADV-1, ADV-8: read again before anybody answered, it still deletes whom somebody took out of the list."""
    sync = guarded(desk, opt_out="remove_from_org", share=0, memberships=0)
    desk.take(person("50"), sync=sync)
    desk.take(person("50", Email_Opt_Out=True, modified=1), sync=sync)
    assert (desk.counted(), asked(desk)) == ((0, 1, 0), {"50": "organisation"})
    remove_from_list(desk.warehouse, "p50@mail.example.org", desk.sync.list_name, "asked", "tests")
    desk.take(person("50", Email_Opt_Out=True, modified=2), sync=sync)
    assert desk.is_deleted("p50@mail.example.org") == "opted_out"


@pytest.mark.parametrize("answer", [approving.approve, approving.withhold])
def test_an_answered_flag_is_news_no_more(desk: OptionsDesk, answer: Callable[..., Decision]) -> None:
    """ADV-1, ADV-8: whatever the answer was; whom another sync brings back is not deleted a second time."""
    sync = guarded(desk, opt_out="remove_from_org", share=0, memberships=0)
    desk.take(person("50"), sync=sync)
    desk.take(person("50", Email_Opt_Out=True, modified=1), sync=sync)
    answer(desk.warehouse, sync.sync_id, "carla", "asked")
    desk.take(person("50"), sync=desk.named("other", module="Contacts"))
    remove_from_list(desk.warehouse, "p50@mail.example.org", "other", "asked", "tests")
    desk.take(person("50", Email_Opt_Out=True, modified=2), sync=sync)
    assert (desk.counted(), desk.is_deleted("p50@mail.example.org")) == ((0, 0, 0), None)


def of_the_past(desk: OptionsDesk) -> list[tuple[str, str, dict[str, int] | None]]:
    """Record, reason and evidence of deletions that fetches before the last one saw, as the ledger has them now."""
    query = "SELECT * FROM sync.ledger WHERE outcome = 'deleted' AND fetch_id < :id ORDER BY fetch_id, record_no"
    return [(row["record_id"], row["reason"], row["evidence"]) for row in desk.rows(query, id=desk.last.fetch_id)]


def past_counters(desk: OptionsDesk) -> list[tuple[int, int, int]]:
    """removed, pending_removals and deleted of the fetches before the last, as the history has them now."""
    query = "SELECT removed, pending_removals, deleted FROM sync.import_history WHERE fetch_id < :id ORDER BY fetch_id"
    return [tuple(row.values()) for row in desk.rows(query, id=desk.last.fetch_id)]


def test_who_came_back_is_asked_about_no_more(desk: OptionsDesk) -> None:
    """ADV-8: opted in again, restored, with a live record of their own; what is few enough by then is carried out, and
    counted then; what was told before says so (ADV-2).
    """
    rows = [person(each, Email_Opt_Out=True, modified=1) for each in PEOPLE[:3]]
    desk.see(*gone(*PEOPLE[3:6]), rows=rows, sync=guarded(desk))
    back = [person("1", modified=70), person("4", modified=70), record("55", "p5@mail.example.org", modified=70)]
    desk.see(rows=back, sync=guarded(desk))
    assert (desk.counted(), members(desk)) == ((3, 0, 1), 17)
    assert desk.deletions() == {"6": Became("deleted", "removed_from_list", "recycle")}
    assert states(desk) == [("dropped", 3), ("replaced", 3), ("applied", 3)]
    left = desk.rows("SELECT record_id FROM sync.removal WHERE state = 'applied' ORDER BY 1")
    assert [row["record_id"] for row in left] == ["2", "3", "6"]
    carried_out = ("6", "carried_out_later", {"carried_out_by_fetch": desk.last.fetch_id})
    assert of_the_past(desk) == [("4", "kept", None), ("5", "kept", None), carried_out]
    assert past_counters(desk) == [(0, 0, 0)] * 2


@pytest.mark.parametrize(
    ("option", "row"), [("unsubscribed", {}), ("opt_out", {"Email_Opt_Out": True})], ids=["unsubscribed", "opted_out"]
)
def test_whom_another_sync_brought_waits_as_long_as_the_choice_holds(
    desk: OptionsDesk, option: str, row: dict[str, object]
) -> None:
    """ADV-8, ADV-1, ADV-3: a record that the sync never took is asked about again unread, by its present choice."""
    if option == "unsubscribed":
        for each in PEOPLE[:5]:
            desk.unsubscribe(f"p{each}@mail.example.org")
    keep, other = {"unsubscribed": "keep", "opt_out": "dont_exclude", "deleted": "keep"}, {"sync_id": "other"}
    sync = guarded(desk, **{**keep, option: "remove_from_list"}).model_copy(update=other)
    desk.see(rows=[person(each, modified=1, **row) for each in PEOPLE[:5]], sync=sync)
    assert desk.counted() == (0, 5, 0)
    desk.see(sync=sync)
    assert (desk.counted(), states(desk)) == ((0, 5, 0), [("replaced", 5), ("pending", 5)])
    desk.see(sync=guarded(desk, **keep).model_copy(update=other))
    assert (desk.counted(), states(desk)) == ((0, 0, 0), [("replaced", 5), ("dropped", 5)])


def test_a_deletion_that_waits_is_counted_whatever_else_takes_the_person_out(desk: OptionsDesk) -> None:
    """ADV-2, ADV-8: the question names unsubscriptions, which reach farther; the deletions count with the fetch that
    carries them out, once, and not those of whom it finds with a live record.
    """
    sync = guarded(desk, unsubscribed="remove_from_org")
    desk.execute("DELETE FROM sync.taken_record")
    desk.take(*(person(each, modified=1) for each in PEOPLE[:5]), sync=sync)
    for each in PEOPLE[:5]:
        desk.unsubscribe(f"p{each}@mail.example.org")
    desk.see(*gone(*PEOPLE[:4]), sync=sync)
    assert (desk.counted(), asked(desk)) == ((0, 5, 0), dict.fromkeys(PEOPLE[:5], "organisation"))
    desk.see(sync=sync)
    assert (desk.counted(), desk.deletions()) == ((0, 5, 0), {})
    assert of_the_past(desk) == [(each, "pending", None) for each in PEOPLE[:4]]
    back = guarded(desk, memberships=20, unsubscribed="remove_from_org")
    desk.see(rows=[person("4", modified=70)], sync=back)
    assert desk.counted() == (5, 0, 3)
    assert desk.deletions() == dict.fromkeys(PEOPLE[:3], Became("deleted", "removed_from_org", "recycle"))
    later = [(each, "carried_out_later", {"carried_out_by_fetch": desk.last.fetch_id}) for each in PEOPLE[:3]]
    assert of_the_past(desk) == [*later, ("4", "kept", None)]
    desk.see(*gone(*PEOPLE[:3]), sync=back)
    assert (desk.counted(), desk.deletions()) == ((0, 0, 0), {})
    assert [counted[2] for counted in past_counters(desk)] == [0, 0, 0, 0, 3]


@pytest.mark.parametrize("answered", [True, False], ids=["answer", "next-fetch"])
def test_who_is_deleted_twice_before_an_answer_is_counted_once(desk: OptionsDesk, answered: bool) -> None:
    """ADV-2, ADV-8: restored and deleted again, each is asked about anew; the first line says so, and counts no more.
    Who is live again by the answer is kept, though the person leaves for another reason.
    """
    desk.see(*gone(*PEOPLE[:5]), sync=guarded(desk))
    desk.see(*gone(*PEOPLE[:5], minutes=90), sync=guarded(desk))
    twice = desk.last.fetch_id
    assert desk.counted() == (0, 5, 0)
    assert of_the_past(desk) == [(each, "asked_again", {"asked_again_by_fetch": twice}) for each in PEOPLE[:5]]
    desk.execute("UPDATE contacts.source_link SET gone_at = NULL, gone_kind = NULL WHERE record_id = '1'")
    desk.execute("UPDATE sync.removal SET reason = 'unsubscribed' WHERE record_id = '1' AND state = 'pending'")
    desk.unsubscribe("p1@mail.example.org")
    if answered:
        assert approving.approve(desk.warehouse, desk.sync.sync_id, "carla", "asked").people == 5
        assert {each: became.reason for each, became in desk.deletions().items()} == {
            "1": "kept", **dict.fromkeys(PEOPLE[1:5], "removed_from_list")
        }  # fmt: skip
        counted = desk.rows("SELECT fetch_id, deleted FROM sync.import_history WHERE deleted > 0")
        assert [tuple(row.values()) for row in counted] == [(twice, 4)]
    else:
        desk.see(sync=guarded(desk, memberships=20))
        assert desk.counted() == (5, 0, 4)
        later = [(each, "carried_out_later", {"carried_out_by_fetch": desk.last.fetch_id}) for each in PEOPLE[1:5]]
        assert of_the_past(desk)[5:] == [("1", "kept", None), *later]
    assert members(desk) == 15


def test_an_answer_names_the_question_of_a_later_fetch(desk: OptionsDesk) -> None:
    """ADV-8, OUT-16: what a later fetch asked about again is told, and counted, with the fetch that saw it, as applied
    by the later question.
    """
    desk.see(*gone(*PEOPLE[:5]), sync=guarded(desk))
    seen = desk.last.fetch_id
    desk.see(sync=guarded(desk))
    assert past_counters(desk)[-1] == (0, 0, 0)
    approving.approve(desk.warehouse, desk.sync.sync_id, "carla", "asked")
    asked = {"answered_with_fetch": desk.last.fetch_id}
    assert of_the_past(desk) == [(each, "removed_from_list", asked) for each in PEOPLE[:5]]
    counted = desk.rows("SELECT fetch_id, deleted FROM sync.import_history WHERE deleted > 0")
    assert [tuple(row.values()) for row in counted] == [(seen, 5)]


def test_whom_a_person_kept_is_kept(desk: OptionsDesk) -> None:
    """ADV-8: a withheld removal is not proposed again for what was known then; a new event is another matter."""
    for each in PEOPLE[:2]:
        desk.unsubscribe(f"p{each}@mail.example.org")
    rows = [
        *(person(each, Email_Opt_Out=True, modified=1) for each in PEOPLE[2:5]),
        *(person(each, modified=1, **{"$converted": True}) for each in PEOPLE[5:8]),
    ]
    desk.see(*gone(*PEOPLE[8:11]), rows=rows, sync=guarded(desk))
    assert desk.counted() == (0, 11, 0)
    approving.withhold(desk.warehouse, desk.sync.sync_id, "carla", "asked")
    desk.see(*gone(*PEOPLE[8:11]), rows=rows, sync=guarded(desk))
    assert (desk.counted(), members(desk), desk.last.status) == ((0, 0, 0), 20, "succeeded")
    desk.see(rows=[person("3", modified=2)], sync=guarded(desk))
    desk.see(rows=[person("3", Email_Opt_Out=True, modified=3)], sync=guarded(desk))
    assert desk.counted() == (1, 0, 0)
    desk.execute(
        "UPDATE contacts.membership SET unsubscribed_at = now() + interval '1 hour' WHERE unsubscribed_at IS NOT NULL"
    )
    desk.see(*gone("9", minutes=90), sync=guarded(desk))
    assert desk.counted() == (3, 0, 1)


def test_a_preview_asks_nobody(desk: OptionsDesk) -> None:
    """ADV-8, RET-6: it shows how many would wait."""
    run = desk.stage([], guarded(desk), gone(*PEOPLE[:6]))
    desk.execute("UPDATE sync.fetch SET preview = true WHERE run_id = :run_id", run_id=run.run_id)
    desk.last = desk.classify_and_load(run)
    assert (desk.last.status, desk.counted()) == ("preview", (0, 6, 0))
    assert states(desk) == []
