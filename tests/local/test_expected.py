"""The independent count, against counters worked out by hand from the rules of spec OUT."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from include.local.expected import count, differences, window_end
from include.local.organisation import Organisation, organisation_before
from include.local.past import SHARES, SUPPRESSED, Past, choose_past
from include.local.rest import Run
from include.local.sync_files import Sync

END = datetime(2026, 11, 20, tzinfo=UTC)
EVERYBODY = Sync("all", "News")
STRICT = replace(EVERYBODY, opt_out="remove_from_list", deleted="remove_from_org", unsubscribed="remove_from_list")


def record(number: int, email: str | None, **more: Any) -> dict[str, Any]:
    usual = {"kind": "plain", "approved": True, "converted": False, "opt_out": False, "views": [], "duplicate_of": None}
    times = {"updated_on": "2026-11-10T10:00:00+02:00", "created_time": "2026-10-10T10:00:00+02:00"}
    return {"id": str(number), "email": email, **times, **usual, **more}


@pytest.mark.parametrize(
    ("one", "counted"),
    [
        pytest.param(record(1, "a@x.org"), "new", id="OUT-1"),
        pytest.param(record(1, "Known@X.org "), "duplicate duplicate_other_list", id="OUT-3 OUT-12"),
        pytest.param(record(1, "here@x.org"), "duplicate duplicate_in_list", id="OUT-3 in this list"),
        pytest.param(record(1, "alone@x.org"), "duplicate duplicate_no_list", id="OUT-3 in no list"),
        pytest.param(record(1, "gone@x.org"), "re_added", id="OUT-2"),
        pytest.param(record(1, "here@x.org", converted=True), "duplicate duplicate_in_list", id="OUT-4 a member"),
    ],
)
def test_one_record(one: dict[str, Any], counted: str) -> None:
    expected = dict.fromkeys(["read", "total", *counted.split()], 1)
    assert differences(expected, count([one], EVERYBODY, END, organisation())) == []


@pytest.mark.parametrize(
    ("one", "reason", "finer"),
    [
        pytest.param(record(1, None, kind="empty_email"), "empty_email", None, id="OUT-5"),
        pytest.param(
            record(1, "a@gnail.com", kind="misspelt_domain"), "invalid_pattern", "misspelt_domain", id="OUT-6"
        ),
        pytest.param(record(1, "info@x.org", kind="role_address"), "group_email", "role", id="OUT-7"),
        pytest.param(record(1, "bounced@x.org"), "bounced", "soft", id="OUT-9"),
        pytest.param(record(1, "blocked@x.org"), "do_not_mail", "blocked", id="OUT-10"),
        pytest.param(record(1, "a@x.org", converted=True), "converted", None, id="OUT-4"),
    ],
)
def test_one_record_that_is_ignored(one: dict[str, Any], reason: str, finer: str | None) -> None:
    names = ["read", "total", "ignored", f"ignored.{reason}", *([f"ignored.{reason}.{finer}"] if finer else [])]
    assert differences(dict.fromkeys(names, 1), count([one], EVERYBODY, END, organisation())) == []


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        pytest.param(record(1, "here@x.org", opt_out=True), "opted_out", id="ADV-1 before unsubscribed"),
        pytest.param(record(1, "here@x.org"), "unsubscribed", id="ADV-3"),
        pytest.param(record(1, "out@x.org", converted=True), "removed_by_hand", id="OUT-18 before converted"),
        pytest.param(record(1, "a@x.org", converted=True, lacking="city"), "converted", id="ADV-4 before a field"),
        pytest.param(record(1, "a@x.org", lacking="city"), "invalid_field.city", id="OUT-4 a required field"),
        pytest.param(record(1, "a@x.org"), "plan_limit", id="OUT-15"),
        pytest.param(record(1, "gone@x.org"), "plan_limit", id="OUT-15 re-added ones count"),
    ],
)
def test_one_record_that_is_ignored_by_choice_or_for_want_of_room(one: dict[str, Any], reason: str) -> None:
    found = count([one], replace(STRICT, contact_limit=3), END, organisation())
    assert [name for name, number in found.items() if number and name.startswith("ignored.")][-1] == f"ignored.{reason}"


def test_what_no_choice_asks_for_is_not_ignored() -> None:
    """ADV-1, ADV-3: by default people with the flag, and those who unsubscribed, are like any other."""
    found = count(
        [record(1, "here@x.org", opt_out=True), record(2, "a@x.org", opt_out=True)], EVERYBODY, END, organisation()
    )
    assert (found["duplicate_in_list"], found["new"], found.get("ignored", 0)) == (1, 1, 0)


def organisation() -> Organisation:
    return Organisation(
        known={"known@x.org", "here@x.org", "alone@x.org"},
        lists={"News": {"here@x.org"}, "Fair": {"known@x.org"}},
        bounced={"bounced@x.org": "soft"},
        suppressed={"blocked@x.org": "blocked"},
        left={"gone@x.org"},
        unsubscribed={"News": {"here@x.org"}},
        taken_out={"News": {"out@x.org"}},
    )


def test_of_one_address_the_latest_then_the_lowest_id_wins() -> None:
    """OUT-8: and ids are numbers, so 9 is lower than 10."""
    records = [
        record(10, "a@x.org", updated_on="2026-11-11T10:00:00+02:00"),
        record(9, " A@x.org", updated_on="2026-11-11T09:00:00+01:00"),
        record(1, "a@x.org"),
    ]
    found = count(records, EVERYBODY, END, Organisation(suppressed={"a@x.org": "blocked"}))
    assert (found["ignored.file_duplicate"], found["ignored.do_not_mail"]) == (2, 1)


def test_what_is_not_read_and_what_is_out_of_scope() -> None:
    """SRC-3, SRC-8, RET-4: the view, the window's end (excluded), and records not approved."""
    sync = Sync("v", "Talks", view="Engineers", after=datetime(2026, 11, 1, tzinfo=UTC))
    seen = {"views": ["Engineers"]}
    records = [
        record(1, "a@x.org", **seen),
        record(2, "b@x.org"),
        record(3, "c@x.org", updated_on="2026-11-20T02:00:00+02:00", **seen),
        record(4, "d@x.org", updated_on="2026-10-31T02:00:00+02:00", **seen),
        record(5, "a@x.org", **{**seen, "approved": False, "updated_on": "2026-11-12T10:00:00+02:00"}),
    ]
    found = count(records, sync, END, Organisation())
    expected = {"read": 2, "out_of_scope": 1, "out_of_scope.unapproved": 1, "total": 1, "new": 1}
    assert differences(expected, found) == []


def test_whoever_does_not_meet_the_criteria_is_out_of_scope_for_that() -> None:
    """SRC-4: read, and counted under the pattern even if it waits for approval too."""
    records = [record(1, "a@x.org", matches=True), record(2, "a@x.org", matches=False, approved=False)]
    expected = {"read": 2, "out_of_scope": 1, "out_of_scope.pattern": 1, "total": 1, "new": 1}
    assert differences(expected, count(records, EVERYBODY, END, Organisation())) == []


def test_whoever_opened_is_pushed_once_by_a_sync_that_pushes() -> None:
    """PUSH-0: by the first run of a sync whose list the switch names."""
    organisation = Organisation(openers={"News": 12})
    pushing = Sync("all", "News", pushes=True)
    pushed = [count([], sync, END, organisation)["pushed"] for sync in (EVERYBODY, pushing, pushing)]
    assert pushed == [0, 12, 0]


def test_one_sync_finds_whom_the_one_before_brought() -> None:
    organisation = Organisation()
    assert count([record(1, "a@x.org")], EVERYBODY, END, organisation)["new"] == 1
    other = Sync("b", "Talks")
    assert count([record(1, "a@x.org")], other, END, organisation)["duplicate_other_list"] == 1
    third = Sync("c", "Talks")
    assert count([record(1, "a@x.org")], third, END, organisation)["duplicate_in_list"] == 1


def test_differences_name_both_sides() -> None:
    assert differences({"new": 2, "read": 3}, {"read": 3, "ignored.bounced": 1}) == [
        "ignored.bounced: the history says 1, the independent count 0",
        "new: the history says 0, the independent count 2",
    ]


@pytest.mark.parametrize(
    ("run_type", "once", "expected"),
    [("scheduled", False, 20), ("scheduled", True, 22), ("manual", False, 22)],
    ids=["RET-4 scheduled", "RET-1 one-time", "RET-4 manual"],
)
def test_window_end(run_type: str, once: bool, expected: int) -> None:
    after = datetime(2026, 11, 21, tzinfo=UTC)
    run = Run("all", "r", run_type, "success", after, datetime(2026, 11, 22, tzinfo=UTC), END)
    assert window_end(run, Sync("all", "News", once=once)).day == expected


def test_the_past_takes_ordinary_people_once_each() -> None:
    """Nobody has two roles, nobody awkward has one: else the count would depend on the order of rules."""
    kinds = [record(n, f"p{n}@x.org") for n in range(300)]
    kinds += [record(900, "p3@x.org", duplicate_of="3"), record(901, "info@x.org", kind="role_address")]
    past = choose_past(kinds)
    chosen = [address for addresses in past.people.values() for address in addresses]
    assert len(chosen) == len(set(chosen))
    assert not {"p3@x.org", "info@x.org"} & set(chosen)
    assert past == choose_past(list(reversed(kinds)))
    assert len(past.people["blocked"]) == SHARES["blocked"]


def test_the_organisation_knows_members_and_readers() -> None:
    people = {role: [f"{role}@x.org"] for role in SHARES}
    strangers = {"reader": [("reader@x.org", "R", "Eader", None)], "guest": [("guest@x.org", "G", "Uest", "Mills")]}
    organisation = organisation_before(Past(people, strangers))
    assert organisation.known == {f"{who}@x.org" for who in ("member", "alone", "unsubscribed", "reader", "guest")}
    assert organisation.members("Webinar guests") == {"guest@x.org"}
    assert organisation.bounced == {"hard_bounce@x.org": "hard", "soft_bounce@x.org": "soft"}
    assert organisation.suppressed == {f"{kind}@x.org": kind for kind in SUPPRESSED}
    assert organisation.openers == {"Talent news": 1}


def test_a_later_fetch_reads_what_changed_with_its_overlap() -> None:
    """RET-2: from the end of the one before, less the overlap; or everything."""
    for overlap, read in ((timedelta(minutes=10), 1), (timedelta(minutes=60), 2), (None, 3)):
        sync, known = replace(EVERYBODY, overlap=overlap), Organisation()
        count([], sync, END - timedelta(days=1), known)
        times = ["2026-11-18T23:55:00+00:00", "2026-11-18T23:45:00+00:00", "2026-11-01T00:00:00+00:00"]
        records = [record(n, f"p{n}@x.org", updated_on=time) for n, time in enumerate(times)]
        assert count(records, sync, END, known)["read"] == read


def test_somebody_with_a_new_address_is_the_same_person() -> None:
    """OUT-13: unless the address is another person's."""
    known = Organisation(known={"b@x.org"})
    count([record(1, "a@x.org"), record(2, "c@x.org")], EVERYBODY, END, known)
    found = count([record(1, "new@x.org"), record(2, "b@x.org")], replace(EVERYBODY, overlap=None), END, known)
    assert (found["duplicate_in_list"], found["duplicate_no_list"]) == (1, 1)
    assert known.known == {"new@x.org", "b@x.org", "c@x.org"}


def test_who_was_deleted_leaves_with_the_last_record() -> None:
    """ADV-2: once, by the choice of the sync; of a person whom another sync brought, only this list."""
    records = [record(n, f"p{n}@x.org") for n in (1, 2, 3)]
    known, other = Organisation(), Sync("other", "Talks")
    assert count([*records, record(4, "P3@x.org")], replace(STRICT, deleted="keep"), END, known)["deleted"] == 0
    count([records[1]], other, END, known)
    assert count(records[2:], STRICT, END, known)["deleted"] == 2
    assert (known.known, known.left) == ({"p2@x.org", "p3@x.org"}, {"p1@x.org"})
    assert (known.members("News"), known.members("Talks")) == ({"p3@x.org"}, {"p2@x.org"})
    assert count(records[2:], STRICT, END, known)["deleted"] == 0


def test_an_opt_out_ends_the_membership() -> None:
    """ADV-1: and with remove_from_org the person leaves the organisation."""
    for choice, known_after in (("remove_from_list", {"a@x.org"}), ("remove_from_org", set())):
        sync, known = replace(EVERYBODY, opt_out=choice, overlap=None), Organisation()
        count([record(1, "a@x.org")], sync, END, known)
        count([record(1, "a@x.org", opt_out=True)], sync, END, known)
        assert (known.members("News"), known.known) == (set(), known_after)


def test_the_plan_takes_the_earliest_created_and_those_who_waited_come_first() -> None:
    """OUT-15: by created time, then id; the others are fetched again by id when there is room."""
    times = {1: "12", 2: "11", 10: "11", 9: "11"}
    old = [record(n, f"p{n}@x.org", created_time=f"2026-11-{day}T10:00:00+00:00") for n, day in times.items()]
    known, sync = Organisation(), replace(EVERYBODY, contact_limit=2)
    found = count(old, sync, END, known)
    assert (found["new"], found["ignored.plan_limit"], known.known) == (2, 2, {"p2@x.org", "p9@x.org"})
    late = END + timedelta(days=9)
    young = record(20, "p20@x.org", updated_on="2026-11-28T23:55:00+00:00", created_time="2026-11-01T10:00:00+00:00")
    found = count([*old, young], replace(sync, contact_limit=3), late, known)
    assert (found["read"], found["new"], found["ignored.plan_limit"]) == (2, 1, 1)
    assert "p10@x.org" in known.known
    found = count([*old, young], replace(sync, contact_limit=None), late, known)
    assert (found["read"], found["out_of_scope.page_repeat"], found["new"]) == (3, 1, 2)
