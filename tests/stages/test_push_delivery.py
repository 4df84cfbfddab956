"""At most once in effect: calls that are killed, cut, refused, or answered late, and the outbox in between (PUSH-9)."""

import os
import signal
import threading
import traceback
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contact_sync.errors import PushRejected, Unavailable
from contact_sync.warehouse.database import open_warehouse
from contact_sync.zoho.recruit import RecruitClient, UpsertAnswer
from tests.stages.pushing import STATUS, Post, switch
from tests.stages.world import World

ANN, BEN, CAT, DAN = (f"{name}@web.example.org" for name in ("ann", "ben", "cat", "dan"))
OPENED, CLICKED, CONTACTS = switch(), switch(event="clicked"), switch("Contacts")
LOCKED = UpsertAnswer("error", "RECORD_LOCKED", None, None, "", None)


def around(monkeypatch: pytest.MonkeyPatch, act: Callable[[Callable[[], Any], int, list[Any]], Any]) -> None:
    """Let `act` stand for the sending of each write; it is given the real call, its number, and the records."""
    upsert, calls = RecruitClient.upsert, Counter[str]()

    def acted(client: RecruitClient, module: str, records: Any, keys: Any) -> Any:
        calls["all"] += 1
        return act(lambda: upsert(client, module, records, keys), calls["all"], list(records))

    monkeypatch.setattr(RecruitClient, "upsert", acted)


def killed_in(post: Post, warehouse_url: str, kill: Callable[[Callable[[], Any]], Any], *switches: Any) -> None:
    """A push in a process of its own, which is killed by SIGKILL at its first write, as `kill` says when."""
    child = os.fork()
    if child == 0:
        try:
            upsert = RecruitClient.upsert
            RecruitClient.upsert = lambda *values: kill(lambda: upsert(*values))  # type: ignore[method-assign]
            own = open_warehouse(warehouse_url, os.environ["CONTACT_SYNC_KEY"])
            Post(World(post.world.url, own, {}), pushes=post.pushes).push(*switches)
        except BaseException:
            traceback.print_exc()
        os._exit(3)
    post.pushes += 1
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)
    assert os.WTERMSIG(status) == signal.SIGKILL


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("lag", [0, 3600], ids=["PUSH-9-found-at-once", "PUSH-9-index-lag"])
def test_killed_between_sending_and_recording(post: Post, warehouse_url: str, lag: int) -> None:
    """PUSH-9: Recruit has the people, the ledger does not; they are looked up, never made again. While the search does
    not show them yet they are unknown, and nothing is sent.
    """
    post.crowd(3)
    killed_in(post, warehouse_url, lambda send: (send(), die()))
    assert (post.states(), post.ledger()) == ({"sending": 3}, [])
    post.world.control("POST", "settings", {"search_lag_seconds": lag})
    post.writes()
    if lag:
        done = post.push()
        assert (done.status, done.counts) == ("degraded", {"pushed": 0, "not_pushed": 3})
        assert "What became of 3 people who were sent to Recruit is unknown" in done.warnings[0]
        assert post.push().counts == {"pushed": 0, "not_pushed": 3}
        assert (post.states(), post.ledger()) == ({"unknown": 3}, ["unknown"] * 3), "shown once"
        post.world.control("POST", "settings", {"search_lag_seconds": 0})
    assert post.push().counts == {"pushed": 3, "not_pushed": 0}
    assert post.writes() == []
    assert post.ledger(where="outcome <> 'unknown'") == ["inserted"] * 3
    assert post.states() == {"answered": 3}
    assert [len(post.records(f"p{number}@web.example.org")) for number in (1, 2, 3)] == [1, 1, 1]
    assert sorted(post.ledger("record_id", "outcome = 'inserted'")) == sorted(
        post.records(f"p{number}@web.example.org")[0]["id"] for number in (1, 2, 3)
    )


def test_killed_before_sending(post: Post, warehouse_url: str) -> None:
    """PUSH-9: nobody can know that nothing was sent: shown as unknown, not sent again, by this switch or another."""
    ann = post.opener(ANN)
    post.did(ann, "clicked")
    killed_in(post, warehouse_url, lambda send: die())
    assert post.push(OPENED, CLICKED).counts == {"pushed": 0, "not_pushed": 1}
    post.did(ann, "clicked", "again")
    post.push(OPENED, CLICKED)
    assert (post.records(ANN), post.standing(ann)[0], post.standing(ann, event="clicked")[0]) == (
        [],
        "unknown",
        "unknown",
    )
    made = post.add("Candidates", Last_Name="Recruiter's", Email=ANN)
    assert post.push(OPENED, CLICKED).counts["pushed"] == 2
    assert [(row["id"], row["Last_Name"], row[STATUS]) for row in post.records(ANN)] == [(made, "Fields", "Clicked")]


def test_cut_after_the_effect(post: Post) -> None:
    """PUSH-9: the next attempt finds by the key what became of it; another module has an outbox of its own."""
    ann = post.opener(ANN, company="Acme")
    post.fault("cut_after", "Candidates/upsert")
    with pytest.raises(Unavailable):
        post.push(OPENED)
    assert post.world.one("SELECT status FROM sync.push_run") == "failed"
    assert post.push(OPENED, CONTACTS).counts == {"pushed": 2, "not_pushed": 0}
    assert (len(post.records(ANN)), len(post.records(ANN, "Contacts"))) == (1, 1)
    assert post.standing(ann)[0] == "inserted"


def test_an_update_that_was_cut_off_is_compared(post: Post) -> None:
    """PUSH-9: the record is known, so it shows whether the update took effect; if not, it is sent again."""
    ann = post.opener(ANN)
    post.push()
    for kind, campaign in (("cut_before", "second"), ("cut_after", "third")):
        post.world.execute("UPDATE contacts.contact SET last_name = :name", name=campaign)
        post.did(ann, campaign=campaign, hours=0.1)
        post.fault(kind)
        with pytest.raises(Unavailable):
            post.push()
        post.writes()
        assert post.push().counts == {"pushed": 1, "not_pushed": 0}
        assert [row["Last_Name"] for row in post.records(ANN)] == [campaign]
        assert len(post.writes()) == (kind == "cut_before")


@pytest.mark.parametrize("kind", ["cut_before", "cut_after"])
def test_a_client_whose_making_was_cut_off(post: Post, kind: str) -> None:
    """PUSH-5, PUSH-9: found, or in doubt and not made again; then its people wait with a reason."""
    ann = post.opener(ANN, company="Acme")
    post.fault(kind, "Clients/upsert")
    with pytest.raises(Unavailable):
        post.push(CONTACTS)
    if kind == "cut_before":
        with pytest.raises(PushRejected):
            post.push(CONTACTS)
        assert post.standing(ann, "Contacts") == ("not_pushed", "rejected_by_recruit", "CLIENT_UNKNOWN")
        post.add("Clients", Client_Name="Acme")
    assert post.push(CONTACTS).counts == {"pushed": 1, "not_pushed": 0}
    assert [row["Client_Name"] for row in post.everything("Clients")].count("Acme") == 1


def test_a_batch_that_fails_as_a_whole_is_split(post: Post) -> None:
    """PUSH-9: down to the culprit, who is refused with Recruit's code; everybody else is pushed."""
    people = [post.opener(address) for address in (ANN, BEN, CAT, DAN)]
    for nth in (1, 3, 5):  # all four; the last two; the last one
        post.fault("status", status=400, code="INVALID_DATA", nth=nth)
    assert post.push(push_reject_threshold=1.0).counts == {"pushed": 3, "not_pushed": 1}
    assert len(post.writes()) == 5
    assert [post.standing(each)[:2] for each in people] == [("inserted", None)] * 3 + [("not_pushed", "invalid_value")]


def test_answers_are_paired_by_position(post: Post) -> None:
    """PUSH-9: of one call some are inserted, some updated, some refused: each has its own answer and record."""
    known = post.add("Candidates", Last_Name="Old", Email=BEN)
    ids = {
        ANN: post.opener(ANN),
        "bad@web.example.org": post.opener("bad@web.example.org", last_name="x" * 300),
        BEN: post.opener(BEN),
        CAT: post.opener(CAT),
    }
    post.push(push_reject_threshold=1.0)
    rows = {row[0]: row[1:] for row in post.ledger("contact_id, outcome, record_id")}
    assert rows[ids["bad@web.example.org"]] == ("not_pushed", None)
    assert rows[ids[BEN]] == ("updated", known)
    assert [rows[ids[each]] for each in (ANN, CAT)] == [
        ("inserted", post.records(each)[0]["id"]) for each in (ANN, CAT)
    ]
    assert len(post.writes()) == 1


def test_only_passing_failures_are_sent_again(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    """PUSH-9: within the push, only whom it concerns, and only so often; a later push tries again, not for ever."""
    ann, ben = post.opener(ANN), post.opener(BEN)
    sizes: list[int] = []

    def locks(send: Callable[[], Any], number: int, records: list[Any]) -> Any:
        sizes.append(len(records))
        return [LOCKED if record["Email"] == BEN else answer for record, answer in zip(records, send(), strict=True)]

    around(monkeypatch, locks)
    assert post.push(push_reject_threshold=1.0).counts == {"pushed": 1, "not_pushed": 1}
    assert sizes == [2, 1, 1]
    assert (post.standing(ann)[0], post.standing(ben)) == (
        "inserted",
        ("not_pushed", "rejected_by_recruit", "RECORD_LOCKED"),
    )
    for _ in range(4):
        try:
            post.push()
        except PushRejected:
            continue
    assert len(sizes) == 9, "so often altogether"


def test_a_lock_that_passes(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    """PUSH-9: the second try of the same push succeeds."""
    post.opener(ANN)
    around(monkeypatch, lambda send, number, records: [LOCKED] if number == 1 else send())
    assert post.push().counts == {"pushed": 1, "not_pushed": 0}
    assert post.ledger() == ["inserted"]


def test_settled_rows_hold_nothing_personal(post: Post, warehouse_url: str) -> None:
    """PUSH-9, OPS-6: address and values are in the outbox only while they are needed."""
    post.opener(ANN)
    killed_in(post, warehouse_url, lambda send: die())
    assert post.world.one("SELECT key FROM sync.outbox") == ANN
    post.add("Candidates", Last_Name="Fields", First_Name="Ann", Email=ANN, **{STATUS: "Opened"})
    post.push()
    kept = dict(post.world.rows("SELECT * FROM sync.outbox")[0])
    assert (kept["state"], kept["key"], kept["payload"]) == ("answered", None, None)


def test_a_zombies_answers_are_kept_once(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    """PUSH-9: who answers after another attempt has found the record adds no second row to the ledger."""
    post.opener(ANN)

    def slow(send: Callable[[], Any], number: int, records: list[Any]) -> Any:
        answers = send()
        if number == 1:
            post.world.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_database ON pg_database.oid = database "
                "WHERE locktype = 'advisory' AND granted AND datname = current_database()"
            )
            assert post.push().counts["pushed"] == 1
        return answers

    around(monkeypatch, slow)
    assert post.push().counts == {"pushed": 0, "not_pushed": 0}
    assert post.ledger() == ["inserted"]


STEPS = st.sampled_from(["open", "click", "late", "push", "push", "cut_before", "cut_after", "lag", "seen", "rename"])


@settings(max_examples=4, deadline=None, database=None, derandomize=True,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(st.lists(STEPS, min_size=5, max_size=7))
def test_the_law_of_pushing(post: Post, steps: list[str]) -> None:
    """PUSH-0, PUSH-1, PUSH-9: whatever the order of events and runs, nobody is there twice, and a status never goes
    back from clicked to opened.
    """
    number = post.world.one("SELECT count(*) FROM contacts.contact")
    address = f"law{number}@web.example.org"
    person = post.member(address)
    post.world.control("DELETE", "faults")
    seen = ""
    for at, step in enumerate([*steps, "seen", "push", "push"]):
        campaign = f"c{number}_{at}"
        if step in ("open", "click", "late"):
            kind = "clicked" if step == "click" else "opened"
            post.did(person, kind, campaign, hours=100 if step == "late" else 10 - at * 0.1)
        elif step in ("lag", "seen"):
            post.world.control("POST", "settings", {"search_lag_seconds": 3600 if step == "lag" else 0})
        elif step == "rename":
            post.world.execute(
                "UPDATE contacts.contact SET last_name = :n WHERE contact_id = :id", n=campaign, id=person
            )
        else:
            if step != "push":
                post.fault(step)
            try:
                post.push(OPENED, CLICKED)
            except Unavailable:
                assert step != "push"
            post.world.control("DELETE", "faults")
        found = post.records(address)
        assert len(found) <= 1
        status = found[0][STATUS] if found else ""
        assert not (seen == "Clicked" and status == "Opened")
        seen = status
    taken = Counter(post.ledger("response, happened_at", "outcome IN ('inserted', 'updated')"))
    assert len(post.ledger("push_id", f"outcome = 'inserted' AND contact_id = {person}")) <= 1
    assert all(times == 1 for times in taken.values())


def test_two_pushes_at_once(post: Post) -> None:
    """PUSH-0: two pushes at once take turns: nobody is sent twice."""
    post.crowd(3)
    counts: list[int] = []
    others = [Post(post.world, pushes=number * 10) for number in (1, 2)]
    threads = [
        threading.Thread(target=lambda each=each: counts.append(each.push().counts["pushed"])) for each in others
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(counts) == [0, 3]
    assert post.ledger() == ["inserted"] * 3
