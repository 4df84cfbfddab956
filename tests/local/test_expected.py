"""The independent count, against counters worked out by hand from the rules of spec OUT."""

from datetime import UTC, datetime
from typing import Any

import pytest

from include.local.expected import Organisation, count, differences, organisation_before, window_end
from include.local.past import SHARES, Past, choose_past
from include.local.rest import Run
from include.local.sync_files import Sync

END = datetime(2026, 11, 20, tzinfo=UTC)
EVERYBODY = Sync("all", "News")


def record(number: int, email: str | None, **more: Any) -> dict[str, Any]:
    usual = {"kind": "plain", "approved": True, "converted": False, "views": [], "duplicate_of": None}
    return {"id": str(number), "email": email, "updated_on": "2026-11-10T10:00:00+02:00", **usual, **more}


@pytest.mark.parametrize(
    ("one", "counted"),
    [
        pytest.param(record(1, "a@x.org"), "new", id="OUT-1"),
        pytest.param(record(1, "Known@X.org "), "duplicate duplicate_other_list", id="OUT-3 OUT-12"),
        pytest.param(record(1, "here@x.org"), "duplicate duplicate_in_list", id="OUT-3 in this list"),
        pytest.param(record(1, "alone@x.org"), "duplicate duplicate_no_list", id="OUT-3 in no list"),
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


def organisation() -> Organisation:
    return Organisation(
        known={"known@x.org", "here@x.org", "alone@x.org"},
        lists={"News": {"here@x.org"}, "Fair": {"known@x.org"}},
        bounced={"bounced@x.org": "soft"},
        blocked={"blocked@x.org"},
    )


def test_of_one_address_the_latest_then_the_lowest_id_wins() -> None:
    """OUT-8: and ids are numbers, so 9 is lower than 10."""
    records = [
        record(10, "a@x.org", updated_on="2026-11-11T10:00:00+02:00"),
        record(9, " A@x.org", updated_on="2026-11-11T09:00:00+01:00"),
        record(1, "a@x.org"),
    ]
    found = count(records, EVERYBODY, END, Organisation(blocked={"a@x.org"}))
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
    assert count([record(1, "a@x.org")], other, END, organisation)["duplicate_in_list"] == 1


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
    organisation = organisation_before(Past(people, [("reader@x.org", "R", "Eader")]))
    assert organisation.known == {"member@x.org", "unsubscribed@x.org", "reader@x.org"}
    assert organisation.bounced == {"hard_bounce@x.org": "hard", "soft_bounce@x.org": "soft"}
    assert organisation.blocked == {"blocked@x.org"}
    assert organisation.openers == {"Talent news": 1}
