"""Pushes when something happens in between: single items that fail, late news of campaigns, lists that change."""

import random
from contextlib import suppress
from typing import Any

import pytest

from contact_sync.errors import PushRejected, Unavailable
from contact_sync.warehouse import pushes
from contact_sync.warehouse.erasure import erase
from tests.stages.pushing import STATUS, Post, switch

ANN, BEN, CAT, DAN = (f"{name}@web.example.org" for name in ("ann", "ben", "cat", "dan"))
OPENED, CLICKED, CONTACTS = switch(), switch(event="clicked"), switch("Contacts")


def lag(post: Post, seconds: int) -> None:
    """Neither the search nor the duplicate check knows what was made within so many seconds."""
    post.world.control("POST", "settings", {"search_lag_seconds": seconds, "upsert_lag_seconds": seconds})


def item_fault(post: Post, code: str, **keys: Any) -> None:
    post.world.control("POST", "item_faults", {"code": code, **keys})


def test_a_record_that_may_not_be_written(post: Post) -> None:
    """PUSH-4: `no_permission_record`: this record only; everybody else is pushed, and it is not asked for nightly."""
    known = post.add("Candidates", Last_Name="Kept", Email=ANN)
    ann, ben = post.opener(ANN), post.opener(BEN)
    item_fault(post, "NO_PERMISSION", id=known, times=None)
    assert post.push(push_reject_threshold=1.0).counts == {"pushed": 1, "not_pushed": 1}
    assert post.standing(ann)[:2] == ("not_pushed", "no_permission_record")
    assert post.standing(ben)[0] == "inserted"
    assert (post.records(ANN)[0]["Last_Name"], post.writes() != []) == ("Kept", True)
    assert (post.push().counts, post.writes()) == ({"pushed": 0, "not_pushed": 0}, [])
    post.world.control("DELETE", "item_faults")
    post.did(ann, campaign="again")
    assert post.push().counts["pushed"] == 1


def test_erased_between_judging_and_waiting(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    """OPS-6: nothing of the person gets into the outbox, nor to Recruit; the others are pushed."""
    ann, ben = post.opener(ANN), post.opener(BEN)
    judge = pushes.judge

    def judge_and_erase(*values: Any) -> Any:
        people = judge(*values)
        if post.world.one("SELECT deleted_at IS NULL FROM contacts.contact WHERE contact_id = :id", id=ann):
            erase(post.world.warehouse, str(ann), "asked for it in writing", "maria")
        return people

    monkeypatch.setattr(pushes, "judge", judge_and_erase)
    assert post.push().counts == {"pushed": 1, "not_pushed": 0}
    assert post.standing(ben)[0] == "inserted"
    assert post.world.one("SELECT count(*) FROM sync.outbox WHERE contact_id = :id", id=ann) == 0
    assert post.records(ANN) == []


@pytest.mark.parametrize("module", ["Candidates", "Contacts"])
def test_an_error_of_a_record_that_was_written(post: Post, module: str) -> None:
    """PUSH-9: an internal error says nothing about the effect: the record is looked for, and not made again."""
    ann = post.opener(ANN, company="Acme")
    lag(post, 3600)
    item_fault(post, "INTERNAL_ERROR", module=module, after=True)
    assert post.push(switch(module)).counts == {"pushed": 0, "not_pushed": 1}
    assert post.standing(ann, module)[0] == "unknown"
    assert post.push(switch(module)).counts == {"pushed": 0, "not_pushed": 1}
    assert len(post.records(ANN, module)) == 1
    lag(post, 0)
    assert post.push(switch(module)).counts == {"pushed": 1, "not_pushed": 0}
    assert len(post.records(ANN, module)) == 1
    item_fault(post, "INTERNAL_ERROR", module=module)
    post.did(ann, campaign="again")
    assert post.push(switch(module)).counts["pushed"] == 1, "an update can be repeated"


def test_an_error_of_a_client_that_was_made(post: Post) -> None:
    """PUSH-5, PUSH-9: nor is a client made again."""
    ann = post.opener(ANN, company="Acme")
    lag(post, 3600)
    item_fault(post, "INTERNAL_ERROR", module="Clients", after=True)
    for _ in range(2):
        with pytest.raises(PushRejected):
            post.push(CONTACTS)
    assert post.standing(ann, "Contacts") == ("not_pushed", "rejected_by_recruit", "CLIENT_UNKNOWN")
    lag(post, 0)
    assert post.push(CONTACTS).counts["pushed"] == 1
    assert [row["Client_Name"] for row in post.everything("Clients")].count("Acme") == 1


@pytest.mark.parametrize("kind", ["cut_before", "cut_after"])
def test_the_others_are_named_after_a_cut_call_too(post: Post, kind: str) -> None:
    """PUSH-5, PUSH-9: further records of one address are in the ledger however its row came about."""
    ids = [post.add("Candidates", Last_Name=name, Email=ANN) for name in ("One", "Two")]
    post.opener(ANN)
    post.fault(kind)
    with pytest.raises(Unavailable):
        post.push()
    assert post.push().counts["pushed"] == 1
    ((record_id, others),) = post.ledger("record_id, others")
    assert sorted([record_id, *(others or [])]) == sorted(ids)


@pytest.mark.parametrize("kind", ["cut_after", "killed"])
def test_clicked_wins_in_a_push_that_was_taken_up(post: Post, kind: str) -> None:
    """PUSH-1, PUSH-9: what clicked wrote before the push was interrupted, opened does not overwrite."""
    post.did(post.member(ANN), "clicked")
    both = [switch(event=event, custom={"City": {"constant": event}}) for event in ("opened", "clicked")]
    if kind == "cut_after":
        post.fault(kind)
        with pytest.raises(Unavailable):
            post.push(*both)
    else:
        post.push(both[1])
    post.pushes -= 1
    assert post.push(*both).status == "succeeded"
    assert [(row["City"], row[STATUS]) for row in post.records(ANN)] == [("clicked", "Clicked")]
    assert sorted(post.ledger("response", "outcome <> 'not_pushed'")) == ["clicked", "opened"]


def days_pass(post: Post, days: int) -> None:
    """All that is known of pushes and responses is so much older."""
    for table, columns in (
        ("sync.push_ledger", ("at",)),
        ("sync.push_switch", ("enabled_since", "arrived_until")),
        ("contacts.response", ("arrived_at", "happened_at")),
    ):
        sets = ", ".join(f"{column} = {column} - make_interval(days => :days)" for column in columns)
        post.world.execute(f"UPDATE {table} SET {sets}", days=days)


def test_what_came_while_somebody_was_suppressed(post: Post) -> None:
    """PUSH-3, PUSH-4: when the suppression is lifted, the latest response counts, not the first that was kept back."""
    ann = post.opener(ANN)
    post.world.execute(
        "INSERT INTO contacts.suppression (kind, contact_id, origin, reason, created_by, created_at) "
        "VALUES ('unsubscribed_org', :id, 'test', 'test', 'test', now())",
        id=ann,
    )
    post.push(push_suppressed="skip")
    days_pass(post, 3)
    post.did(ann, campaign="later", hours=0.5)
    post.push(push_suppressed="skip")
    days_pass(post, 3)
    post.push(push_suppressed="skip")
    post.did(post.member(BEN), campaign="others")
    post.world.execute("UPDATE contacts.suppression SET lifted_at = now(), lifted_by = 'test', lifted_reason = 'test'")
    assert post.push(push_suppressed="skip").counts["pushed"] == 2
    assert post.ledger("campaign_name", f"contact_id = {ann} AND outcome = 'inserted'") == ["Later"]
    assert post.push().counts["pushed"] == 0, "nor the older one afterwards"


def test_news_of_the_list_of_a_campaign_come_late(post: Post) -> None:
    """PUSH-1, PUSH-3: responses are imported in any order: a second campaign's list may be known days after them."""
    ann = post.member(ANN)
    post.did(ann, campaign="never", to_list=False)
    post.push()
    days_pass(post, 3)
    post.did(ann, campaign="soon", to_list=False)
    post.push()
    days_pass(post, 3)
    post.did(post.member(BEN), campaign="other")
    post.push()
    assert post.standing(ann)[1] == "campaign_not_sent_to_list"
    post.did(post.member(CAT), campaign="soon")
    assert post.push().counts["pushed"] == 2
    assert post.standing(ann)[0] == "inserted"


def test_turned_on_again_it_forgets_who_was_left_over(post: Post) -> None:
    """PUSH-7: who lacked something long before it was turned off is not pushed by that response; a fresh one counts."""
    old, fresh = post.opener(ANN, last_name=None), post.opener(BEN, last_name=None)
    post.push()
    days_pass(post, 30)
    post.did(fresh, campaign="fresh")
    post.push(switch(enabled=False))
    post.push()
    post.world.execute("UPDATE contacts.contact SET last_name = 'Fields'")
    days_pass(post, 2)
    assert post.push().counts["pushed"] == 1
    assert (post.standing(old)[0], post.standing(fresh)[0]) == ("not_pushed", "inserted")


def test_a_switch_that_named_another_list_meanwhile(post: Post) -> None:
    """PUSH-0, PUSH-7: each switch names one list: naming another turns it off for the list before."""
    old = post.member(ANN)
    post.push()
    post.world.execute("INSERT INTO contacts.mailing_list (name, created_at) VALUES ('Other', now())")
    post.push(switch(list_name="Other"))
    post.did(old, hours=24 * 6)
    post.push()
    assert post.standing(old)[1] == "no_activity"


def test_a_corrected_address_leaves_its_first_owner_alone(post: Post) -> None:
    """PUSH-5: a record that only the look-up of an earlier address found is neither found by address nor ours."""
    theirs = post.add("Candidates", Last_Name="Theirs", Email=ANN)
    ben = post.opener(ANN)
    item_fault(post, "RECORD_LOCKED", id=theirs, times=None)
    with pytest.raises(PushRejected):
        post.push()
    post.world.control("DELETE", "item_faults")
    post.world.execute("UPDATE contacts.contact SET email = :b, email_key = :b WHERE contact_id = :id", b=BEN, id=ben)
    assert post.push().counts["pushed"] == 1
    assert [row["Last_Name"] for row in post.records(ANN)] == ["Theirs"]
    assert len(post.records(BEN)) == 1


def test_a_refused_push_tells_of_the_unknown_too(post: Post) -> None:
    """PUSH-9: all who were sent are refused, and what became of another is unknown: the history says both."""
    post.opener(ANN)
    post.fault("cut_before")
    with pytest.raises(Unavailable):
        post.push()
    post.opener(BEN, last_name="x" * 300)
    with pytest.raises(PushRejected):
        post.push()
    told = post.world.one("SELECT array_to_string(warnings, ' ') FROM sync.push_run ORDER BY push_run_no DESC LIMIT 1")
    assert "none of 1 people" in told
    assert "What became of 1 people" in told


FAULTS = (
    ("cut_before", {}),
    ("cut_after", {}),
    ("cut_middle", {}),
    ("cut_partway", {"by": 2}),
    ("status_after", {"status": 500}),
    ("status_after", {"status": 502, "nth": 2}),
    ("status", {"status": 400, "code": "INVALID_DATA"}),
    ("ok_with_error_body", {"code": "INTERNAL_ERROR", "message": "down"}),
)


@pytest.mark.parametrize("seed", [1, 2])
def test_what_recruit_was_told_is_what_the_ledger_says(post: Post, seed: int) -> None:
    """PUSH-0, PUSH-5, PUSH-9: after a wild run each record and company was made once, by a row of the ledger."""
    dice = random.Random(seed)
    both = (OPENED, CLICKED, CONTACTS)
    people: list[int] = []
    for day in range(6):
        for _ in range(2):
            company = dice.choice(["Acme", " ACME ", "Beta", "Gamma"])
            people.append(post.member(f"p{seed}.{len(people)}@web.example.org", company=company))
        for person in dice.sample(people, len(people) // 2 + 1):
            post.did(person, dice.choice(["opened", "clicked"]), f"c{day}", hours=dice.uniform(0.1, 90))
        lag(post, dice.choice([0, 3600]))
        kind, keys = dice.choice(FAULTS)
        post.fault(kind, dice.choice(["Clients/upsert", "Candidates/upsert", "Contacts/upsert"]), **keys)
        code, after = dice.choice([("INTERNAL_ERROR", True), ("INTERNAL_ERROR", False), ("RECORD_LOCKED", False)])
        item_fault(post, code, after=after)
        with suppress(Unavailable, PushRejected):
            post.push(*both)
        post.world.control("DELETE", "faults")
        post.world.control("DELETE", "item_faults")
    lag(post, 0)
    for _ in range(2):
        with suppress(PushRejected):
            post.push(*both)
    for module in ("Candidates", "Contacts"):
        told = post.world.control("GET", f"written/{module}")["records"]
        made = [each["id"] for each in told if each["added"]]
        live = [row["Email"].casefold() for row in post.everything(module) if "@web.example.org" in str(row["Email"])]
        assert len(live) == len(set(live)) == len(made)
        pushed = post.ledger("record_id", f"module = '{module}' AND outcome IN ('inserted', 'updated')")
        assert set(pushed) == {each["id"] for each in told}
        inserted = post.ledger("record_id", f"module = '{module}' AND outcome = 'inserted'")
        assert len(inserted) == len(set(inserted))
    names = [" ".join(row["Client_Name"].split()).casefold() for row in post.everything("Clients")]
    assert max(names.count(name) for name in ("acme", "beta", "gamma")) <= 1
