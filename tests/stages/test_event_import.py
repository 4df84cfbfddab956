"""Events of the mailer: what becomes of campaigns, sends and responses, and of whom they are about."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, local
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from contact_sync.core.events import check
from contact_sync.errors import ConfigError, Unavailable
from contact_sync.stages import event_import
from contact_sync.stages.event_files import read
from contact_sync.warehouse import erasure, events
from contact_sync.warehouse.database import Warehouse
from contact_sync.warehouse.removals import remove_from_list, restore_to_list
from contact_sync.warehouse.suppressions import unsuppress
from tests.histories import examples
from tests.seeds import sow
from tests.stages.desk import Desk, record
from tests.stages.mailroom import NOON, Mailroom, at, campaign, json_lines, response, send
from tests.stages.snapshot import everything

PEOPLE = ("ann", "ben", "cem", "dee")


@pytest.fixture
def room(warehouse: Warehouse) -> Mailroom:
    """Ann, Ben, Cem and Dee are members of Talent news."""
    sow(warehouse.engine, people=PEOPLE)
    return Mailroom(warehouse)


def mailable(room: Mailroom) -> set[str]:
    return {row[0].partition("@")[0] for row in room.rows("SELECT email FROM contacts.mailable_members")}


def test_campaigns_sends_and_responses_enter_the_warehouse(room: Mailroom) -> None:
    """CAMP-1: every column of a campaign; a follow-up is an autoresponder; late events arrive now."""
    told = campaign(
        kind="Follow-up", subject="What is new", sender_name="Zylker", sender_address="news@zylker.example.org",
        lists=["Talent news", "Alumni"], started_at=at(-10), completed_at=at(0), origin="recruit",
    )  # fmt: skip
    late = response("ann", "opened", -60 * 24 * 90)
    counts = room.take(told, send("ann"), send("ben"), response("ann", "delivered"), late)
    assert (counts["read"], counts["new"], counts["known"], counts["set_aside"]) == (5, 5, 0, 0)
    assert room.rows(
        "SELECT external_id, name, kind, subject, sender_name, sender_address, origin, completed_at "
        "FROM contacts.campaign"
    ) == [("c1", "News", "autoresponder", "What is new", "Zylker", "news@zylker.example.org", "recruit", NOON)]
    assert room.rows(
        "SELECT name FROM contacts.campaign_list JOIN contacts.mailing_list USING (list_id) ORDER BY 1"
    ) == [("Alumni",), ("Talent news",)]
    assert room.rows("SELECT count(*), max(sent_at) FROM contacts.send") == [(2, NOON)]
    assert room.rows(
        "SELECT kind, happened_at < now() - interval '1 day', arrived_at > now() - interval '1 minute' "
        "FROM contacts.response WHERE kind = 'opened'"
    ) == [("opened", True, True)]


def test_again_nothing_changes(room: Mailroom) -> None:
    """CAMP-1: idempotent: the same file once more is known throughout, and not a row is touched."""
    rows = [
        campaign(), send("ann"), response("ann", "opened"), response("ben", "unsubscribed"), response("cem", "hard"),
        response("dee", "complaint"), response("zoe", "opened"), {"type": "send", "campaign_id": "c1"},
    ]  # fmt: skip
    first = room.take(*rows)
    before = everything(room.warehouse)
    again = room.take(*rows)
    assert (first["new"], first["known"], first["set_aside"]) == (6, 0, 2)
    assert (again["new"], again["known"], again["set_aside"]) == (0, 6, 2)
    after = everything(room.warehouse)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"sync.event_set_aside"}  # when they were last seen
    assert len(after["sync.event_set_aside"]) == 2


def test_responses_before_their_campaign_wait_for_it(room: Mailroom) -> None:
    """CAMP-1: any order: set aside as unknown_campaign, and written by the import that brings it."""
    early = room.take(send("ann"), response("ann", "clicked"))
    assert early["kinds"]["response"]["set_aside"] == {"unknown_campaign": 1}
    assert room.aside() == [("send", "unknown_campaign"), ("response", "unknown_campaign")]
    done = room.take(campaign())
    assert (done["new"], done["settled"]) == (1, 2)
    assert room.aside() == []
    assert room.rows("SELECT kind FROM contacts.response") == [("clicked",)]


def test_responses_before_their_person_wait_for_the_load(desk: Desk) -> None:
    """CAMP-1, OUT-11: the load that brings the person writes them; who unsubscribed before is never mailable."""
    room = Mailroom(desk.warehouse)
    room.take(campaign(lists=[desk.sync.list_name]), send("zoe"), response("zoe", "unsubscribed"))
    assert room.aside() == [("send", "unknown_contact"), ("response", "unknown_contact")]
    desk.take(record("1", "zoe@example.org"), record("2", "yan@example.org"))
    assert room.aside() == []
    assert desk.membership("zoe@example.org") == "unsubscribed"
    assert desk.mailable() == {"yan@example.org"}
    assert room.rows("SELECT kind FROM contacts.response") == [("unsubscribed",)]


def test_what_waits_for_the_person_alone_says_so(room: Mailroom) -> None:
    """CAMP-1: the reason does not depend on what came first."""
    room.take(response("zoe", "opened"))
    assert room.aside() == [("response", "unknown_campaign")]
    room.take(campaign())
    assert room.aside() == [("response", "unknown_contact")]


def test_an_unsubscribe_reaches_the_lists_of_its_campaign(room: Mailroom) -> None:
    """CAMP-1, ADV-3: unsubscribe_scope list: the campaign's lists, those told later too, and no other."""
    room.execute("INSERT INTO contacts.mailing_list (name, created_at) VALUES ('Alumni', now()), ('Other', now())")
    room.execute(
        "INSERT INTO contacts.membership (list_id, contact_id, status, since) "
        "SELECT list_id, 1, 'subscribed', now() FROM contacts.mailing_list WHERE name <> 'Talent news'"
    )
    counts = room.take(campaign(), response("ann", "unsubscribed", 5), response("ann", "unsubscribed", 3))
    listed = (
        "SELECT mailing_list.name, status, unsubscribed_at FROM contacts.membership "
        "JOIN contacts.mailing_list USING (list_id) WHERE contact_id = 1 ORDER BY 1"
    )
    when = room.rows("SELECT max(happened_at) FROM contacts.response")[0][0]
    assert counts["unsubscribed"] == 1
    assert room.rows(listed) == [
        ("Alumni", "subscribed", None), ("Other", "subscribed", None), ("Talent news", "unsubscribed", when),
    ]  # fmt: skip
    room.take(campaign(lists="Alumni | Talent news"))
    assert [row[1] for row in room.rows(listed)] == ["unsubscribed", "subscribed", "unsubscribed"]
    assert room.rows("SELECT count(*) FROM contacts.suppression") == [(0,)]


def test_an_unsubscribe_from_a_list_without_them_keeps_them_out(desk: Desk) -> None:
    """OUT-11: nobody who unsubscribed from a list is subscribed to it by a later fetch; other lists keep them."""
    room, zoe = Mailroom(desk.warehouse), "zoe@example.org"
    desk.take(record("1", zoe))
    room.take(campaign(lists=["Alumni"]), response("zoe", "unsubscribed"))
    assert (desk.membership(zoe), desk.membership(zoe, "Alumni")) == ("subscribed", "removed")
    alumni = desk.sync.model_copy(update={"sync_id": "alumni", "list_name": "Alumni", "push_switches": ()})
    desk.take(record("1", zoe, modified=1), sync=alumni)
    assert (desk.membership(zoe), desk.membership(zoe, "Alumni")) == ("subscribed", "unsubscribed")
    assert room.rows("SELECT list_name FROM contacts.mailable_members") == [(desk.sync.list_name,)]


def test_unsubscribe_scope_organisation(room: Mailroom) -> None:
    """ADV-3, OUT-10: do_not_mail: unsubscribed_org, at once; strangers by their address."""
    room.scope = "organisation"
    counts = room.take(campaign(), response("ann", "unsubscribed"), response("zoe", "unsubscribed"))
    assert counts["suppressed"] == 2
    assert room.rows("SELECT kind, contact_id, email_key, origin FROM contacts.suppression ORDER BY email_key") == [
        ("unsubscribed_org", 1, "ann@example.org", "events"), ("unsubscribed_org", None, "zoe@example.org", "events"),
    ]  # fmt: skip
    assert mailable(room) == {"ben", "cem", "dee"}


def test_a_complaint_is_organisation_wide(room: Mailroom) -> None:
    """ADV-3, OUT-10: whatever the policy says, also of somebody who waits, and before the campaign is known."""
    room.take(response("ann", "complaint"), response("zoe", "complaint"))
    assert mailable(room) == {"ben", "cem", "dee"}
    room.take(campaign())
    assert room.rows("SELECT kind, email_key FROM contacts.suppression ORDER BY 2") == [
        ("complaint", "ann@example.org"), ("complaint", "zoe@example.org"),
    ]  # fmt: skip


def test_no_import_lifts_or_restores_what_a_person_decided(room: Mailroom) -> None:
    """OUT-11, OUT-17: who was unsuppressed is not suppressed by the same event again; a later complaint does it."""
    room.take(campaign(), response("ann", "complaint"))
    assert unsuppress(room.warehouse, ["ann@example.org"], "asked", "otto", force=True).lifted == 1
    room.execute("UPDATE contacts.suppression SET lifted_at = :at", at=at(10))
    room.take(campaign(), response("ann", "complaint"), response("ann", "delivered", 20), response("ann", "opened", 21))
    assert "ann" in mailable(room)
    assert room.take(response("ann", "complaint", 30))["suppressed"] == 1
    assert "ann" not in mailable(room)


def test_who_was_unsuppressed_stays_so_by_either_address(room: Mailroom) -> None:
    """OUT-17: a stranger known by the address alone, and a person whose complaint comes again from another address."""
    room.execute(FORMERLY, who=2)
    room.take(response("zoe", "complaint"), response("old", "complaint"))
    unsuppress(room.warehouse, ["zoe@example.org", "ben@example.org"], "asked", "otto", force=True)
    room.execute("UPDATE contacts.suppression SET lifted_at = :at", at=at(10))
    assert room.take(response("zoe", "complaint", 5), response("ben", "complaint", 5))["suppressed"] == 0
    assert "ben" in mailable(room)
    assert room.take(response("zoe", "complaint", 15), response("ben", "complaint", 15))["suppressed"] == 2


def test_an_unsubscribe_from_a_campaign_without_lists_holds_everywhere(room: Mailroom) -> None:
    """OUT-11: a campaign made in Recruit names no list, so that nothing less would keep its word."""
    room.execute("INSERT INTO contacts.campaign (external_id, name, kind) VALUES ('c9', 'N', 'email_campaign')")
    assert room.take(response("ann", "unsubscribed", campaign_id="c9"))["suppressed"] == 1
    assert room.rows("SELECT kind, contact_id FROM contacts.suppression") == [("unsubscribed_org", 1)]


@pytest.mark.parametrize("what", ["hard", "complaint", "unsubscribed", "opened"])
def test_who_decides_meanwhile_decides_again(room: Mailroom, what: str) -> None:
    """CAMP-1, OUT-11: an import that changes anybody's standing raises the organisation's number, once."""
    number = "SELECT change_no FROM sync.organisation"
    room.take(campaign())
    found = []
    for _ in range(2):
        before = room.rows(number)[0][0]
        room.take(response("ann", what))
        found.append(room.rows(number)[0][0] - before)
    assert found == [0 if what == "opened" else 1, 0]


@pytest.mark.parametrize(
    ("events", "mails"),
    [
        (["hard 1"], False),
        (["hard 1", "delivered 2"], False),
        (["soft 1", "soft 2"], True),
        (["soft 1", "soft 2", "soft 3"], False),
        (["soft 3", "soft 1", "delivered 2", "soft 4"], True),
        (["soft 1", "soft 2", "soft 3", "delivered 4"], True),
        (["soft 1", "soft 1", "soft 1"], True),
        (["opened 9", "soft 1", "soft 2", "soft 3"], False),
    ],
    ids=str,
)
def test_bounces(room: Mailroom, events: list[str], mails: bool) -> None:
    """OUT-9: a hard bounce stays on record; three soft ones in a row, by their moments; any delivery resets the row."""
    rows = [response("ann", what, int(minute)) for what, minute in map(str.split, events)]
    room.take(campaign(), *rows)
    together = room.rows("SELECT * FROM contacts.bounce")
    assert ("ann" in mailable(room)) is mails
    room.execute("DELETE FROM contacts.bounce")
    room.execute("DELETE FROM contacts.response")
    for row in reversed(rows):
        room.take(row)
    assert room.rows("SELECT * FROM contacts.bounce") == together


def test_a_delivery_that_waits_for_its_person_resets_the_row(room: Mailroom) -> None:
    """OUT-9: bounces belong to the address, whether or not anybody has it yet."""
    room.take(response("zoe", "delivered", 5))
    room.take(*(response("zoe", "soft", minute) for minute in (1, 2, 3, 6)))
    assert room.rows("SELECT soft_bounces FROM contacts.bounce") == [(1,)]


def test_bounces_from_before_moments_were_kept_go_on_counting(room: Mailroom) -> None:
    """OUT-9: a row of two grows to three by the next soft bounce; a later delivery resets it."""
    room.execute(
        "INSERT INTO contacts.bounce (email_key, soft_bounces, last_event_at) VALUES ('ann@example.org', 2, :at)",
        at=at(0),
    )
    room.take(campaign(), response("ann", "soft", 5))
    assert "ann" not in mailable(room)
    room.take(response("ann", "delivered", 6))
    assert "ann" in mailable(room)
    assert room.rows("SELECT soft_bounces, soft_bounced_at FROM contacts.bounce") == [(0, [])]


def test_the_newest_row_of_a_campaign_holds_in_any_order(room: Mailroom) -> None:
    """CAMP-1: by updated_at; among rows without it the last one."""
    room.take(campaign(name="New", updated_at=at(5)))
    counts = room.take(campaign(name="Old", subject="s", updated_at=at(1)))
    assert (counts["new"], counts["known"]) == (0, 1)
    assert room.rows("SELECT name, subject FROM contacts.campaign") == [("New", None)]
    room.take(campaign("c2", name="First"), campaign("c2", name="Second"))
    assert room.rows("SELECT name FROM contacts.campaign WHERE external_id = 'c2'") == [("Second",)]


def test_a_send_that_comes_again_keeps_the_last_moment(room: Mailroom) -> None:
    """CAMP-1: an autoresponder may reach a person twice."""
    room.take(campaign(), send("ann", minutes=5), send("ann", minutes=9))
    counts = room.take(send("ann", minutes=7))
    assert (counts["new"], counts["known"]) == (0, 1)
    assert room.rows("SELECT sent_at FROM contacts.send") == room.rows("SELECT CAST(:at AS timestamptz)", at=at(9))


FORMERLY = (
    "INSERT INTO contacts.address_history (contact_id, email_key, email, replaced_at) "
    "VALUES (:who, 'old@example.org', 'old@example.org', now())"
)


def test_a_former_address_is_still_the_person(room: Mailroom) -> None:
    """OUT-13: an event about an address that nobody has now is about who had it last."""
    room.execute(FORMERLY.replace("now()", "now() - interval '1 day'"), who=1)
    room.execute(FORMERLY, who=2)
    room.execute(FORMERLY.replace("now()", "now() - interval '2 days'"), who=3)
    room.take(campaign(), response("old", "opened"), response("old", "hard"))
    assert room.rows("SELECT contact_id, kind FROM contacts.response ORDER BY kind") == [(2, "bounced"), (2, "opened")]
    assert "ben" in mailable(room)  # the bounce belongs to the address


def test_wrong_rows_are_set_aside_and_written_when_mended(room: Mailroom) -> None:
    """CAMP-1: each kept once with its reason; the mended row takes its place."""
    wrong = response("ann", "opend")
    counts = room.take(campaign(), wrong, wrong)
    assert counts["kinds"]["response"] == {"read": 2, "new": 0, "known": 0, "set_aside": {"bad_value": 2}}
    number, raw, email, line = room.rows("SELECT aside_id, raw, email_key, line FROM sync.event_set_aside")[0]
    assert (raw["response"], raw["campaign_id"], email, line) == ("opend", "c1", "ann@example.org", 2)
    room.take({"type": "response", **raw, "set_aside": number, "response": "opend!"})
    assert [row[0]["response"] for row in room.rows("SELECT raw FROM sync.event_set_aside")] == ["opend!"]
    room.take({"type": "response", **raw, "set_aside": number + 99, "response": "opened"})
    number = room.rows("SELECT aside_id FROM sync.event_set_aside")[0][0]
    assert room.take({"type": "response", **raw, "set_aside": number, "response": "opened"})["known"] == 1
    assert room.aside() == []
    assert room.rows("SELECT kind FROM contacts.response") == [("opened",)]


def test_a_trial_run_writes_nothing(room: Mailroom) -> None:
    """OPS-5: --dry-run counts the same and leaves every table as it was."""
    rows = [campaign(), send("ann"), response("ben", "complaint"), response("zoe", "opened"), response("cem", "x")]
    before = everything(room.warehouse)
    trial = room.take(*rows, dry_run=True)
    assert everything(room.warehouse) == before
    assert {**trial, "applied": True} == room.take(*rows)


def test_a_file_that_cannot_be_taken_takes_the_whole_import_back(room: Mailroom) -> None:
    """CAMP-1: all files or none: the good one before it is not written either."""
    before = everything(room.warehouse)
    with pytest.raises(ConfigError, match=r"events\.txt: only files that end in"):
        room.files(json_lines(campaign()), json_lines(campaign(), name="events.txt"))
    assert everything(room.warehouse) == before


def test_erased_people_stay_unknown(room: Mailroom) -> None:
    """OPS-6: erasing reaches rows set aside; a later import counts their rows and keeps nothing."""
    room.take(campaign(), response("ann", "opened"), response("ann", "opend"), response("zoe", "opened"))
    bad = b'{"type": "response", "email": "ANN@example.org", "broken'
    room.take(bad)
    assert len(room.aside()) == 3
    removed = erasure.erase(room.warehouse, "ann@example.org", "asked", "maria").removed
    assert removed["sync.event_set_aside"] == 2
    assert erasure.erase(room.warehouse, "zoe@example.org", "asked", "maria").removed == {"sync.event_set_aside": 1}
    assert room.aside() == []
    counts = room.take(response("ann", "opened"), response("ann", "opend"), response("ann", "hard"), send("ann"), bad)
    assert (counts["read"], counts["set_aside"]) == (5, 5)
    assert counts["kinds"]["response"]["set_aside"] == {"erased_person": 3}
    assert not [name for name, rows in everything(room.warehouse).items() if "ann@" in str(rows)]


def test_erased_people_need_the_key(room: Mailroom) -> None:
    """OPS-6: without CONTACT_SYNC_KEY nobody can tell who was erased, so nothing is imported."""
    erasure.erase(room.warehouse, "1", "asked", "maria")
    keyless = Mailroom(Warehouse(room.warehouse.engine, None))
    with pytest.raises(ConfigError, match="CONTACT_SYNC_KEY is not set"):
        keyless.take(campaign())
    assert room.rows("SELECT count(*) FROM contacts.campaign") == [(0,)]


def test_an_erased_person_is_kept_in_no_wrong_row_of_anybody(room: Mailroom) -> None:
    """OPS-6: wherever a wrong row holds the address: beside another's, in a campaign, in a line that is no row."""
    erasure.erase(room.warehouse, "ann@example.org", "asked", "maria")
    counts = room.take(
        campaign(),
        response("ben", "ann@example.org"),
        {**response("ben", "opened"), "cc": ["zoe@example.org", "Ann@Example.ORG"]},
        campaign("c2", name=None, subject="To ann@example.org"),
        b"ben@example.org,ann@example.org",
        response("ben", "opend"),
    )
    assert {kind: of["set_aside"] for kind, of in counts["kinds"].items()} == {
        "campaign": {"erased_person": 1}, "response": {"erased_person": 2, "bad_value": 1},
        "unknown": {"erased_person": 1},
    }  # fmt: skip
    assert not [name for name, rows in everything(room.warehouse).items() if "ann@" in str(rows).casefold()]
    assert room.rows("SELECT raw ->> 'response' FROM sync.event_set_aside") == [("opend",)]


def test_who_is_erased_is_nobodys_sender(room: Mailroom) -> None:
    """OPS-6: a campaign forgets who sent it, and importing it again does not bring the sender back."""
    told = [campaign(of, sender_name="Ann", sender_address="Ann@Example.org") for of in ("c1", "c2")]
    room.take(told[0], campaign("c3", sender_name="Ben", sender_address="ben@example.org"))
    assert erasure.erase(room.warehouse, "1", "asked", "maria").removed["contacts.campaign"] == 1
    counts = room.take(*told, campaign("c3", sender_name="Ben", sender_address="ben@example.org"))
    assert (counts["new"], counts["known"], counts["set_aside"]) == (1, 2, 0)
    assert room.rows("SELECT external_id, sender_name, sender_address FROM contacts.campaign ORDER BY 1") == [
        ("c1", None, None), ("c2", None, None), ("c3", "Ben", "ben@example.org"),
    ]  # fmt: skip


def test_somebody_erased_while_files_are_read(room: Mailroom) -> None:
    """OPS-6: nothing is kept of them: hashes made meanwhile count, and without any the import is tried again."""
    rows = [campaign(), response("ann", "opened"), response("ann", "opend"), response("ben", "opened")]

    def erase(person: str) -> Any:
        return lambda *_: erasure.erase(room.warehouse, person, "asked", "maria")

    with pytest.raises(Unavailable, match="Somebody was erased while the files were read"):
        room.take(*rows, progress=erase("dee@example.org"))
    assert room.rows("SELECT count(*) FROM contacts.campaign") == [(0,)]
    told = room.take(*rows, progress=erase("ann@example.org"))["kinds"]["response"]
    assert (told["new"], told["set_aside"]) == (1, {"erased_person": 2})
    assert not [name for name, held in everything(room.warehouse).items() if "ann@" in str(held)]


def test_rows_that_come_again_unmended_are_kept_once(room: Mailroom) -> None:
    """CAMP-1: with their number or as they first came, whatever is wrong with them; a mended row may come twice."""
    wrong = [b"{broken", {"type": "respons", "campaign_id": "c1"}, {**response("ann", "opened"), "cc": 1}]
    exported = "SELECT aside_id, kind, raw FROM sync.event_set_aside ORDER BY kind, raw::text"
    room.take(campaign(), *wrong)
    first = room.rows(exported)
    for _ in range(2):
        again: list[dict[str, Any]] = []
        for number, kind, raw in room.rows(exported):
            again.append({**({} if kind == "unknown" else {"type": kind}), **raw, "set_aside": number})
        room.take(*again)
        room.take(*wrong)
        assert [row[2] for row in room.rows(exported)] == [row[2] for row in first]
    number = next(number for number, kind, _ in room.rows(exported) if kind == "response")
    room.take({**send("ann"), "set_aside": number})  # a row of another kind is no mended one
    assert number in [each for each, *_ in room.rows(exported)]
    mended = {**response("ann", "opened"), "set_aside": number}
    assert [room.take(mended)["new"], room.take(mended)["new"]] == [1, 0]
    assert [kind for _, kind, _ in room.rows(exported)] == ["unknown", "unknown"]


def test_a_late_unsubscribe_holds_before_and_after_a_restore(desk: Desk) -> None:
    """OUT-11, OUT-18: older than the membership, or told while the person was out by hand: no subscription any more."""
    room = Mailroom(desk.warehouse)
    desk.take(record("1", "zoe@example.org"), record("2", "yan@example.org"))
    room.take(campaign(lists=[desk.sync.list_name]), response("zoe", "unsubscribed", -60 * 24 * 365))
    assert desk.mailable() == {"yan@example.org"}
    remove_from_list(desk.warehouse, "yan@example.org", desk.sync.list_name, "asked", "maria")
    room.take(response("yan", "unsubscribed", -60 * 24 * 365))
    restore_to_list(desk.warehouse, "yan@example.org", desk.sync.list_name, "asked", "maria")
    assert (desk.membership("yan@example.org"), desk.mailable()) == ("unsubscribed", set())


def test_imports_and_a_load_at_once_wait_for_each_other(desk: Desk) -> None:
    """OPS-10: opposite orders of the same rows and a load of the same people: no deadlock, nothing lost."""
    room = Mailroom(desk.warehouse)
    people = [f"p{number}" for number in range(8)]
    desk.take(*(record(str(number), f"{who}@example.org") for number, who in enumerate(people[:4])))
    rows = [campaign(lists=[desk.sync.list_name]), campaign("c2", lists=["B", "A"])]
    rows += [response(who, what, 1, of) for who in people for what in ("soft", "unsubscribed") for of in ("c1", "c2")]
    ready = Barrier(3, timeout=20)

    def load() -> None:
        ready.wait()
        desk.take(*(record(str(number), f"{who}@example.org", modified=1) for number, who in enumerate(people)))

    with ThreadPoolExecutor(3) as pool:
        done = [pool.submit(room.take, *each, progress=lambda *_: wait_once(ready)) for each in (rows, rows[::-1])]
        done.append(pool.submit(load))
        for each in done:
            each.result(timeout=60)
    assert room.rows("SELECT count(*), count(DISTINCT contact_id) FROM contacts.response") == [(32, 8)]
    assert desk.mailable() == set()
    assert room.aside() == []


def wait_once(ready: Barrier) -> None:
    """Chunks of several kinds tell of themselves; the first one waits."""
    if not ready.broken and not getattr(WAITED, "done", False):
        WAITED.done = True
        ready.wait()


WAITED = local()


class Killed(Exception):
    """The end of the process, as far as its transaction is concerned."""


def test_broken_off_anywhere_nothing_has_happened(room: Mailroom) -> None:
    """CAMP-1, OPS-4: responses and what they mean come true together, or not at all; then it goes through."""
    rows = [
        campaign(),
        send("ann"),
        response("ann", "unsubscribed"),
        response("ben", "complaint"),
        response("cem", "hard"),
    ]
    room.take(response("dee", "opened"))
    before, left = everything(room.warehouse), [0]

    def count(*_: object) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise Killed

    for number in range(100):
        left[0] = number
        event.listen(room.warehouse.engine, "before_cursor_execute", count)
        engine = room.warehouse.engine
        try:
            write_all(room, rows)
            break
        except Killed:
            pass
        finally:
            event.remove(engine, "before_cursor_execute", count)
        assert everything(room.warehouse) == before
    assert number > 15
    assert mailable(room) == {"dee"}
    assert room.take(*rows)["known"] == len(rows)


@pytest.mark.parametrize("when", ["while files are read", "before the end"])
def test_killed_by_the_system_nothing_has_happened(room: Mailroom, when: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """CAMP-1, OPS-4: SIGKILL after rows were copied, and after all was written: nothing is there, nothing is held."""
    rows = [campaign(), send("ann"), response("ben", "complaint"), response("cem", "unsubscribed")]
    before = everything(room.warehouse)

    def kill(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    room.warehouse.engine.dispose()
    child = os.fork()
    if not child:
        try:
            if when == "before the end":
                monkeypatch.setattr(event_import, "_must_balance", kill)
            room.take(*rows, progress=kill if when == "while files are read" else None)
        finally:
            os._exit(1)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    assert everything(room.warehouse) == before
    assert room.take(*rows)["new"] == len(rows)


def write_all(room: Mailroom, rows: list[dict[str, Any]]) -> None:
    """The import by the connections of the warehouse itself, whose statements are counted."""
    with room.warehouse.transaction() as connection:
        events.stage(connection)
        for place, chunk in enumerate(read(json_lines(*rows), None)):
            events.copy(connection, check(chunk, NOON), "f", 100 * place, None)
        events.write(connection, "list", None)


WHO = st.sampled_from(["ann", "ben", "zoe"])
ROW = st.one_of(
    st.builds(send, WHO, st.sampled_from(["c1", "c2", "c3"]), st.integers(0, 5)),
    st.builds(
        response,
        WHO,
        st.sampled_from(["delivered", "opened", "clicked", "hard", "soft", "unsubscribed", "complaint", "wrong"]),
        st.integers(0, 5),
        st.sampled_from(["c1", "c2", "c3"]),
    ),
    st.builds(
        lambda number, version, lists: campaign(f"c{number}", name=f"v{version}", lists=lists, updated_at=at(version)),
        st.integers(1, 2),
        st.integers(0, 2),
        st.lists(st.sampled_from(["Talent news", "Alumni"]), min_size=1, unique=True),
    ),
)
CLEAR = (
    "TRUNCATE contacts.campaign, contacts.campaign_list, contacts.send, contacts.response, contacts.bounce, "
    "contacts.suppression, sync.event_set_aside CASCADE; DELETE FROM contacts.membership; "
    "INSERT INTO contacts.membership (list_id, contact_id, status, since) "
    "SELECT 1, contact_id, 'subscribed', now() FROM contacts.contact"
)


@settings(max_examples=examples(6), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ROW, max_size=14), scope=st.sampled_from(["list", "organisation"]), data=st.data())
def test_law_of_order(room: Mailroom, rows: list[dict[str, Any]], scope: str, data: st.DataObject) -> None:
    """CAMP-1: any order and any repetition of the same events ends in the same tables; every row is counted once."""
    room.scope = scope
    room.execute(CLEAR)
    counts = room.take(*rows)
    assert counts["read"] == len(rows) == counts["new"] + counts["known"] + counts["set_aside"]
    written = sum(room.rows(f"SELECT count(*) FROM contacts.{name}")[0][0] for name in ("campaign", "send", "response"))
    assert counts["new"] == written
    once = room.standing()
    room.execute(CLEAR)
    again = data.draw(st.lists(st.sampled_from(rows), max_size=3)) if rows else []
    shuffled = data.draw(st.permutations([*rows, *again]))
    cut = data.draw(st.integers(0, len(shuffled)))
    for part in (shuffled[:cut], shuffled[cut:]):
        counts = room.take(*part)
        assert counts["read"] == counts["new"] + counts["known"] + counts["set_aside"]
    assert room.standing() == once
