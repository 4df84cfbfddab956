"""Options of today applied by hand to older pairs: who would leave, who leaves, and the way back (ADV-6)."""

from typing import Any

import pytest

from contact_sync.config.loader import load_syncs
from contact_sync.config.resolved import ResolvedSync
from contact_sync.errors import ConfigError
from contact_sync.paths import include_folder
from contact_sync.stages import options
from contact_sync.stages.options import Application, Undone
from contact_sync.warehouse.database import Warehouse
from contact_sync.warehouse.removals import remove_from_list, remove_from_organisation
from contact_sync.warehouse.suppressions import suppress
from tests.stages.desk import Became, record
from tests.stages.options_desk import OptionsDesk, deleted
from tests.stages.test_options_worked_example import (
    LATER,
    PEOPLE,
    add_people,
    fetch,
    members,
    next_day,
    told,
    world,  # noqa: F401 - a fixture
    zylker,
)
from tests.stages.tracked import delete
from tests.stages.world import World

NAMES = ("ann", "bob", "cem", "dan", "eve", "fay")
SUBSCRIBED, OPTED_OUT, GONE = ("subscribed", None), ("removed", "opted_out"), ("removed", "deleted")
UNSUBSCRIBED = ("removed", "unsubscribed")
ALL = {"opt_out": "remove_from_list", "deleted": "remove_from_list", "unsubscribed": "remove_from_list"}
LAST_COUNTED = (
    "SELECT pending_removals, deleted FROM sync.import_history WHERE fetch_id = (SELECT max(fetch_id) FROM sync.fetch)"
)
KEEPING = {"opt_out": "dont_exclude", "deleted": "keep", "unsubscribed": "keep"}


def address(name: str) -> str:
    return f"{name}@mail.example.org"


def person(name: str, **fields: Any) -> dict[str, Any]:
    return record(str(NAMES.index(name) + 1), address(name), **fields)


class Zylker(OptionsDesk):
    """Six people, taken while no option was on; then two opted out, two were deleted, and one unsubscribed."""

    def open(self) -> None:
        self.take(*map(person, NAMES))
        self.unsubscribe(address("eve"))
        rows = [person(each, Email_Opt_Out=True, modified=1) for each in ("ann", "bob")]
        self.see(deleted("3"), deleted("4", kind="permanent"), rows=rows)

    def preview(self, sync: ResolvedSync) -> Application:
        return options.preview(self.warehouse, sync)

    def apply(self, sync: ResolvedSync) -> Application:
        return options.apply(self.warehouse, sync, "legal asked", "carla")

    def undo(self, act_id: int | None, sync_id: str = "candidates_daily") -> Undone:
        assert act_id is not None
        return options.undo(self.warehouse, sync_id, act_id, "mistake", "otto")

    def number(self, name: str) -> int:
        found = self.contact(address(name))
        assert found is not None
        return int(found["contact_id"])

    def who(self, ids: Any) -> set[str]:
        wanted = set(ids)
        return {name for name in NAMES if self.number(name) in wanted}

    def standings(self) -> dict[str, Any]:
        return {name: self.standing(address(name)) for name in NAMES}

    def pairs(self) -> set[tuple[str, str, str]]:
        return {
            tuple(row.values()) for row in self.rows("SELECT opt_out, deleted, unsubscribed FROM sync.taken_record")
        }

    def state(self) -> list[Any]:
        tables = (
            "contacts.membership",
            "contacts.contact",
            "sync.taken_record",
            "sync.removal",
            "sync.act",
            "sync.organisation",
        )
        return [sorted(map(str, self.rows(f"SELECT * FROM {table}"))) for table in tables]


@pytest.fixture
def desk(warehouse: Warehouse) -> Zylker:
    desk = Zylker(warehouse, load_syncs(include_folder(), only="candidates_daily").syncs["candidates_daily"])
    desk.open()
    assert set(desk.standings().values()) == {SUBSCRIBED, ("unsubscribed", None)}
    return desk


def test_a_preview_tells_and_writes_nothing(desk: Zylker) -> None:
    """ADV-6 --preview: who would be affected, by option and reach; the warehouse is as it was."""
    before = desk.state()
    seen = desk.preview(desk.choosing(**{**ALL, "deleted": "remove_from_org"}))
    assert seen.by_reason == {
        ("opted_out", "list"): 2, ("deleted", "organisation"): 2, ("unsubscribed", "list"): 1,
    }  # fmt: skip
    assert desk.who(each.contact_id for each in seen.people) == set(NAMES) - {"fay"}
    assert (seen.pairs, seen.memberships, seen.act_id) == (6, 5, None)
    assert [(each.option, each.before, each.pairs) for each in seen.rebound] == [
        ("deleted", "keep", 6), ("opt_out", "dont_exclude", 6), ("unsubscribed", "keep", 6),
    ]  # fmt: skip
    assert desk.state() == before


def test_applying_removes_and_binds(desk: Zylker) -> None:
    """ADV-6 --apply: as the fetches would have done, with who, when and why; the guard asks nobody."""
    guarded = desk.choosing(**ALL, guard={"memberships": 0, "share": 0})
    done = desk.apply(guarded)
    assert desk.standings() == {
        "ann": OPTED_OUT, "bob": OPTED_OUT, "cem": GONE, "dan": GONE, "eve": UNSUBSCRIBED, "fay": SUBSCRIBED,
    }  # fmt: skip
    assert desk.mailable() == {address("fay")}
    assert desk.pairs() == {("remove_from_list", "remove_from_list", "remove_from_list")}
    removals = desk.rows(
        "SELECT act_id, fetch_id, state, reach, status_before, decided_by FROM sync.removal ORDER BY contact_id"
    )
    assert sorted(row["status_before"] for row in removals) == ["subscribed"] * 4 + ["unsubscribed"]
    assert {(row["act_id"], row["fetch_id"], row["state"], row["decided_by"]) for row in removals} == {
        (done.act_id, None, "applied", "carla")
    }
    (act,) = desk.rows("SELECT act_id, kind, who, reason, detail, list_id FROM sync.act")
    assert (act["act_id"], act["kind"], act["who"], act["reason"], act["list_id"]) == (
        done.act_id, "apply_options", "carla", "legal asked", 1,
    )  # fmt: skip
    assert act["detail"] == {"options": ALL, "pairs": 6, "people": 5}


def test_the_next_fetch_goes_by_them(desk: Zylker) -> None:
    """ADV-5, ADV-6: the pairs are bound now, so nothing is older than its option any more."""
    sync = desk.choosing(**ALL)
    desk.apply(sync)
    assert desk.take(person("ann", Email_Opt_Out=True, modified=5), sync=sync) == {"1": Became("ignored", "opted_out")}
    assert desk.evidence("1") == {}
    assert desk.see(deleted("6", 90), sync=sync) == {"6": Became("deleted", "removed_from_list", "recycle")}
    assert desk.standing(address("fay")) == GONE


def test_a_second_time_nothing_is_left_to_apply(desk: Zylker) -> None:
    """ADV-6: no older pairs, no act."""
    sync = desk.choosing(**ALL)
    desk.apply(sync)
    before = desk.state()
    again = desk.apply(sync)
    assert (again.act_id, again.pairs, again.people) == (None, 0, ())
    assert desk.state() == before


def test_only_what_is_older_is_affected(desk: Zylker) -> None:
    """ADV-6: pairs under today's choice, whose removal a person withheld, are no older pairs and are left alone."""
    sync = desk.choosing(opt_out="remove_from_list")
    desk.apply(sync)
    desk.execute("UPDATE contacts.membership SET status = 'subscribed', reason = NULL WHERE reason = 'opted_out'")
    done = desk.apply(desk.choosing(opt_out="remove_from_list", deleted="remove_from_list"))
    assert desk.who(each.contact_id for each in done.people) == {"cem", "dan"}
    assert [each.option for each in done.rebound] == ["deleted"]
    assert (desk.standing(address("ann")), desk.standing(address("cem"))) == (SUBSCRIBED, GONE)


@pytest.mark.parametrize(("policy", "reach"), [("list_only", "list"), ("remove", "organisation")])
def test_a_person_whom_another_sync_supplies(desk: Zylker, policy: str, reach: str) -> None:
    """ADV-2, ADV-6: deleted leaves this list only, unless the policy says so; a live record in the list keeps them."""
    desk.take(person("cem"), sync=desk.named("another"))
    desk.execute("UPDATE contacts.source_link SET gone_at = now(), gone_kind = 'recycle' WHERE record_id = '3'")
    desk.take(record("40", address("dan")))
    sync = desk.choosing(deleted="remove_from_org")
    sync = sync.model_copy(update={"policies": sync.policies.model_copy(update={"shared_contacts": policy})})
    done = desk.apply(sync)
    assert [(desk.who([each.contact_id]), each.reach) for each in done.people] == [({"cem"}, reach)]
    assert desk.is_deleted(address("cem")) == (None if policy == "list_only" else "deleted")
    assert desk.standing(address("cem"), "another") == (SUBSCRIBED if policy == "list_only" else GONE)
    assert (desk.standing(address("cem")), desk.standing(address("dan"))) == (GONE, SUBSCRIBED)


def test_the_farthest_reach_counts_once(desk: Zylker) -> None:
    """ADV-6: opted out and deleted; one entry a person, out of the organisation."""
    desk.see(deleted("1"))
    done = desk.preview(desk.choosing(opt_out="remove_from_list", deleted="remove_from_org"))
    assert [(each.reason, each.reach) for each in done.people if desk.who([each.contact_id]) == {"ann"}] == [
        ("deleted", "organisation")
    ]
    assert done.by_reason == {("opted_out", "list"): 1, ("deleted", "organisation"): 3}


def test_somebody_who_has_left_the_list_leaves_the_organisation(desk: Zylker) -> None:
    """ADV-1, ADV-6 remove_from_org: also who was taken out by hand; counted as a person, not as a membership."""
    remove_from_list(desk.warehouse, address("ann"), desk.sync.list_name, "asked", "carla")
    done = desk.apply(desk.choosing(opt_out="remove_from_org"))
    assert (len(done.people), done.memberships) == (2, 1)
    assert (desk.is_deleted(address("ann")), desk.standing(address("ann"))) == (
        "opted_out",
        ("removed", "removed_by_hand"),
    )
    assert desk.who(desk.undo(done.act_id).back) == {"ann", "bob"}
    assert (desk.is_deleted(address("ann")), desk.standing(address("ann"))) == (None, ("removed", "removed_by_hand"))


def test_lenient_choices_bring_nobody_back(desk: Zylker) -> None:
    """ADV-6: back to keep, pairs are bound to it; who has left stays out until a fetch takes them."""
    desk.apply(desk.choosing(**ALL))
    done = desk.apply(desk.sync)
    assert (done.pairs, done.people) == (6, ())
    assert desk.pairs() == {tuple(KEEPING.values())}
    assert desk.standing(address("ann")) == OPTED_OUT
    assert desk.take(person("ann", Email_Opt_Out=True, modified=5)) == {"1": Became("duplicate", "no_list")}


def test_open_questions_of_the_guard_are_answered(desk: Zylker) -> None:
    """ADV-8, ADV-6: who leaves by the act is asked about no more, nor who is to be kept now."""
    strict = desk.choosing(**ALL, guard={"memberships": 0, "share": 0})
    desk.take(*(record(f"7{each}", f"new{each}@mail.example.org") for each in range(3)), sync=strict)
    desk.see(deleted("70"), deleted("71"), sync=strict)
    assert desk.counted() == (0, 2, 0)
    desk.apply(desk.choosing(deleted="keep"))
    states = desk.rows("SELECT state, decided_by FROM sync.removal")
    assert [tuple(row.values()) for row in states] == [("dropped", "carla")] * 2
    assert desk.deletions() == dict.fromkeys(["70", "71"], Became("deleted", "kept", "recycle"))
    assert desk.rows(LAST_COUNTED) == [{"pending_removals": 0, "deleted": 0}]
    desk.see(sync=strict)
    assert desk.counted() == (0, 0, 0)


def test_deletions_that_wait_are_told_when_the_act_takes_the_person_out(desk: Zylker) -> None:
    """ADV-2, ADV-6, ADV-8: once and with the fetch that saw them, however far the act reaches; one that another choice
    lets stay is kept, and no question is left.
    """
    strict = desk.choosing(**ALL, guard={"memberships": 0, "share": 0})
    desk.take(*(record(f"7{each}", f"new{each}@mail.example.org") for each in range(3)), sync=strict)
    desk.see(deleted("70"), deleted("71"), sync=strict)
    waits = desk.last.fetch_id
    desk.see(rows=[record("70", "new0@mail.example.org", modified=90)], sync=desk.named("other"))
    act_id = desk.apply(desk.choosing(**{**ALL, "deleted": "remove_from_org"})).act_id
    became = desk.rows(
        "SELECT record_id, reason, evidence FROM sync.ledger WHERE fetch_id = :id AND outcome = 'deleted'", id=waits
    )
    assert [tuple(row.values()) for row in became] == [
        ("70", "pending", None), ("71", "removed_from_org", {"answered_by_act": act_id})
    ]  # fmt: skip
    assert desk.rows(LAST_COUNTED.replace("max(fetch_id)", "max(fetch_id) - 1")) == [
        {"pending_removals": 1, "deleted": 1}
    ]


def test_undo_gives_everything_back(desk: Zylker) -> None:
    """ADV-6 --undo, OUT-11: memberships as they were, unsubscribed ones too, and what bound the pairs."""
    mailable, standings = desk.mailable(), desk.standings()
    sync = desk.choosing(**{**ALL, "deleted": "remove_from_org"})
    done = desk.apply(sync)
    assert desk.is_deleted(address("cem")) == "deleted"
    undone = desk.undo(done.act_id)
    assert desk.who(undone.back) == set(NAMES) - {"fay"}
    assert (undone.left, undone.pairs) == ({}, 6)
    assert (desk.mailable(), desk.standings(), desk.pairs()) == (mailable, standings, {tuple(KEEPING.values())})
    assert desk.is_deleted(address("cem")) is None
    assert {row["state"] for row in desk.rows("SELECT state FROM sync.removal")} == {"undone"}
    acts = desk.rows("SELECT act_id, kind, who, reason, detail FROM sync.act ORDER BY act_id")
    assert [tuple(row.values()) for row in acts[1:]] == [
        (undone.act_id, "undo_options", "otto", "mistake", {"act": done.act_id, "pairs": 6, "people": 5})
    ]
    # and the next fetch leaves them, though the option is still in the file
    rows = [person("ann", Email_Opt_Out=True, modified=9)]
    assert desk.see(deleted("3"), rows=rows, sync=sync) == {}
    assert (desk.standings(), desk.evidence("1")) == (standings, {"option_newer_than_record": True})


def test_undo_leaves_what_changed_since(desk: Zylker) -> None:
    """ADV-6 --undo: removed by hand, deleted, back by another sync: each stays as it is, and is told."""
    done = desk.apply(desk.choosing(**ALL))
    remove_from_list(desk.warehouse, address("ann"), desk.sync.list_name, "asked", "carla")
    remove_from_organisation(desk.warehouse, address("bob"), "asked", "carla")
    desk.take(record("90", address("cem")), sync=desk.named("another", desk.sync.list_name))
    undone = desk.undo(done.act_id)
    assert undone.left == {"changed_since": 1, "deleted_since": 1, "back_already": 1}
    assert desk.who(undone.back) == {"dan", "eve"}
    assert desk.standing(address("ann")) == ("removed", "removed_by_hand")
    assert (desk.standing(address("bob")), desk.is_deleted(address("bob"))) == (OPTED_OUT, "by_hand")
    assert desk.standing(address("cem")) == SUBSCRIBED
    left = {tuple(row.values()) for row in desk.rows("SELECT state, count(*) FROM sync.removal GROUP BY 1")}
    assert left == {("applied", 3), ("undone", 2)}


def test_undo_never_makes_a_suppressed_person_mailable(desk: Zylker) -> None:
    """OUT-11, ADV-6: suppressed or unsubscribed since; the membership is back, the mail is not."""
    done = desk.apply(desk.choosing(**ALL))
    suppress(desk.warehouse, [address("ann")], "blocked", "asked", "carla")
    desk.execute("UPDATE contacts.membership SET unsubscribed_at = now() WHERE contact_id = :id", id=desk.number("bob"))
    desk.undo(done.act_id)
    assert desk.standing(address("bob")) == ("unsubscribed", None)
    assert desk.mailable() == {address(each) for each in ("cem", "dan", "fay")}


def test_undo_never_brings_back_the_erased(desk: Zylker) -> None:
    """OPS-6, ADV-6: what bound their pairs is forgotten with them, and nobody is made of their row again."""
    from contact_sync.warehouse.erasure import erase

    done = desk.apply(desk.choosing(**{**ALL, "opt_out": "remove_from_org"}))
    ann = desk.number("ann")
    erase(desk.warehouse, str(ann), "asked in writing", "carla")
    assert desk.rows("SELECT FROM sync.rebound_pair WHERE record_id = '1'") == []
    undone = desk.undo(done.act_id)
    assert undone.left == {"erased_since": 1}
    (row,) = desk.rows("SELECT deleted_reason, email FROM contacts.contact WHERE contact_id = :id", id=ann)
    assert tuple(row.values()) == ("erased", None)
    assert desk.rows("SELECT FROM contacts.membership WHERE contact_id = :id AND status <> 'removed'", id=ann) == []


def test_undo_twice(desk: Zylker) -> None:
    """ADV-6: the second does nothing, whatever was applied again meanwhile."""
    sync = desk.choosing(**ALL)
    first = desk.apply(sync)
    undone = desk.undo(first.act_id)
    second = desk.apply(sync)
    before = desk.state()
    again = desk.undo(first.act_id)
    assert (again.act_id, again.undone_by, again.people) == (None, undone.act_id, ())
    assert desk.state() == before
    assert desk.who(desk.undo(second.act_id).back) == set(NAMES) - {"fay"}


def test_undoing_an_older_act_leaves_what_a_newer_one_bound(desk: Zylker) -> None:
    """ADV-6: option by option; what another act has bound since is not changed back."""
    first = desk.apply(desk.choosing(opt_out="remove_from_list", unsubscribed="remove_from_list"))
    second = desk.apply(desk.choosing(opt_out="remove_from_org", unsubscribed="remove_from_list"))
    assert desk.who(each.contact_id for each in second.people) == {"ann", "bob"}
    undone = desk.undo(first.act_id)
    assert desk.pairs() == {("remove_from_org", "keep", "keep")}
    assert undone.left == {"deleted_since": 2}
    assert desk.who(undone.back) == {"eve"}
    desk.undo(second.act_id)
    assert desk.pairs() == {("remove_from_list", "keep", "keep")}


def test_pairs_of_others_are_left_alone(desk: Zylker) -> None:
    """ADV-6, RET-11: another sync's pairs with the same records; nobody leaves a list that the sync feeds no more."""
    another = desk.named("another")
    desk.take(*map(person, NAMES), sync=another)
    moved = desk.choosing(desk.sync.model_copy(update={"list_name": "New list"}), **ALL)
    desk.take(person("ann"), sync=moved)
    applied = desk.apply(moved)
    assert (applied.pairs, applied.people) == (6, ())
    assert set(desk.standings().values()) == {SUBSCRIBED, ("unsubscribed", None)}
    assert desk.standing(address("ann"), "another") == SUBSCRIBED
    kept = desk.rows(
        "SELECT DISTINCT opt_out FROM sync.taken_record JOIN sync.sync USING (sync_no) WHERE sync_id = 'another'"
    )
    assert [row["opt_out"] for row in kept] == ["dont_exclude"]


def test_what_cannot_be_meant_is_refused(desk: Zylker) -> None:
    """ADV-6, LIM-3: an unknown sync has no pairs; a deleted one, an empty reason and a wrong number are told."""
    assert desk.preview(desk.named("never_ran", **ALL)).pairs == 0
    with pytest.raises(ConfigError, match="--reason is empty"):
        options.apply(desk.warehouse, desk.choosing(**ALL), " ", "carla")
    with pytest.raises(ConfigError, match=r"77 is not the number of an act .*There is none to undo\."):
        desk.undo(77)
    done = desk.apply(desk.choosing(**ALL))
    with pytest.raises(ConfigError, match=rf"Those that can be undone: {done.act_id}\."):
        desk.undo(77)
    with pytest.raises(ConfigError, match=r"of 'another'\. There is none to undo"):
        desk.undo(done.act_id, "another")
    desk.execute("UPDATE sync.sync SET state = 'deleted', inactive_reason = NULL")
    with pytest.raises(ConfigError, match="candidates_daily is deleted: its options apply to nobody"):
        desk.apply(desk.sync)


def test_the_worked_example_and_its_other_remedy(world: World) -> None:  # noqa: F811
    """ADV-5, ADV-6: all 50 stay in "Zylker" until somebody applies the options; then those leave, and come back."""
    ids = add_people(world)
    fetch(world, zylker())
    next_day(world)
    fetch(world, zylker(LATER))
    delete(world, ids[:8])
    world.edit(ids[8], Email_Opt_Out=True)
    next_day(world)
    fetch(world, zylker(LATER))
    assert members(world) == PEOPLE
    done = options.apply(world.warehouse, zylker(LATER), "legal asked", "carla")
    assert done.by_reason == {("deleted", "list"): 8, ("opted_out", "list"): 1}
    assert members(world) == PEOPLE - 9
    delete(world, ids[9:10])
    next_day(world)
    after = fetch(world, zylker(LATER))
    assert told(world, after, "deleted") == [("removed_from_list", None)]
    assert done.act_id is not None
    undone = options.undo(world.warehouse, "zylker", done.act_id, "mistake", "carla")
    assert (len(undone.back), undone.left, members(world)) == (9, {}, PEOPLE - 1)
    next_day(world)
    fetch(world, zylker(LATER))
    assert members(world) == PEOPLE - 1
