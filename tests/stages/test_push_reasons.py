"""Who is pushed and who is not, with every reason, in both modules (PUSH-1 to PUSH-8)."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from contact_sync.errors import PushRejected
from contact_sync.warehouse import statements
from tests.stages.pushing import LIST, NAMES, STATUS, Post, switch

ANN, BEN, CAT, DAN = (f"{name}@web.example.org" for name in ("ann", "ben", "cat", "dan"))
CONTACTS = switch("Contacts")
OPENED, CLICKED = switch(), switch(event="clicked")


def test_contacts_are_pushed_with_their_company(post: Post) -> None:
    """PUSH-0, PUSH-1, PUSH-5: a contact with status; the company becomes a client first, once for all its people."""
    for address, company in ((ANN, "Acme Ltd"), (BEN, " acme  LTD "), (CAT, "Beta")):
        post.opener(address, company=company)
    beta = post.add("Clients", Client_Name="BETA ")
    done = post.push(CONTACTS)
    assert done.counts == {"pushed": 3, "not_pushed": 0}
    clients = {row["id"]: row["Client_Name"] for row in post.everything("Clients")}
    acme = [record_id for record_id, name in clients.items() if name == "Acme Ltd"]
    assert [sum(name.strip().casefold() == wanted for name in clients.values()) for wanted in ("acme ltd", "beta")] == [
        1,
        1,
    ]
    companies = [post.records(address, "Contacts")[0]["Client_Name"]["id"] for address in (ANN, BEN, CAT)]
    assert companies == [*acme, *acme, beta]
    assert post.records(ANN, "Contacts")[0]["Description"] == "Opened"
    post.writes()
    post.opener(DAN, company="ACME ltd")
    assert post.push(CONTACTS).counts["pushed"] == 1, "the company is known from the push before"
    assert [call["path"] for call in post.writes()] == ["/recruit/v2/Contacts/upsert"]


def test_a_client_that_was_deleted_is_made_again(post: Post) -> None:
    """PUSH-5: what is kept of clients is not believed against Recruit."""
    post.opener(ANN, company="Acme")
    post.push(CONTACTS)
    (acme,) = [row["id"] for row in post.everything("Clients") if row["Client_Name"] == "Acme"]
    post.world.control("POST", "records/Clients/delete", {"ids": [acme], "type": "permanent"})
    post.opener(BEN, company="Acme")
    assert post.push(CONTACTS).counts == {"pushed": 1, "not_pushed": 0}
    assert [row["Client_Name"] for row in post.everything("Clients")].count("Acme") == 1


def test_a_client_that_recruit_refuses(post: Post) -> None:
    """PUSH-4, PUSH-5: whoever has such a company is refused for it, and nobody else."""
    long, fine = post.opener(ANN, company="x" * 200), post.opener(BEN, company="Acme")
    assert post.push(CONTACTS, push_reject_threshold=1.0).counts == {"pushed": 1, "not_pushed": 1}
    assert post.standing(long, "Contacts") == ("not_pushed", "invalid_value", "Client_Name")
    assert post.standing(fine, "Contacts")[0] == "inserted"


@pytest.mark.parametrize(
    ("module", "person", "missing"),
    [
        pytest.param("Candidates", {"first_name": None}, "First_Name", id="PUSH-2-first-name"),
        pytest.param("Candidates", {"last_name": " "}, "Last_Name", id="PUSH-2-last-name"),
        pytest.param("Contacts", {}, "Client_Name", id="PUSH-2-company"),
        pytest.param("Contacts", {"last_name": None}, "Last_Name, Client_Name", id="PUSH-2-two-of-them"),
    ],
)
def test_what_a_record_cannot_do_without(post: Post, module: str, person: dict[str, Any], missing: str) -> None:
    """PUSH-2: first name, last name and e-mail, of contacts the company too; the ledger names the field."""
    contact_id = post.opener(ANN, **person)
    for _ in range(2):
        assert post.push(switch(module)).counts == {"pushed": 0, "not_pushed": 1}
    assert post.standing(contact_id, module) == ("not_pushed", "missing_mandatory", missing)
    assert post.ledger("reason") == ["missing_mandatory"], "written when it first holds"


def test_a_click_feeds_both_switches_and_wins(post: Post) -> None:
    """PUSH-1, PUSH-8: clicked wins where both write one field in one push; a ledger row each; and one call."""
    opened, clicked = post.opener(ANN), post.member(BEN)
    post.did(clicked, "clicked")
    done = post.push(OPENED, CLICKED)
    assert done.counts == {"pushed": 3, "not_pushed": 0}
    assert (post.records(ANN)[0][STATUS], post.records(BEN)[0][STATUS]) == ("Opened", "Clicked")
    assert post.standing(clicked)[0] == "updated"
    assert post.standing(clicked, event="clicked")[0] == "inserted"
    assert post.standing(opened, event="clicked") == ("not_pushed", "no_activity", None)
    assert [call["path"] for call in post.writes()] == ["/recruit/v2/Candidates/upsert"] * 2


def test_what_only_the_opened_switch_writes_is_written_too(post: Post) -> None:
    """PUSH-1: of two switches with different fields each writes its own."""
    post.did(post.member(ANN), "clicked")
    post.push(switch(custom={"City": {"constant": "web"}}), CLICKED)
    assert [(row[STATUS], row["City"]) for row in post.records(ANN)] == [("Clicked", "web")]


@pytest.mark.parametrize("by_custom", [False, True], ids=["PUSH-1-status-field", "PUSH-6-custom"])
def test_a_status_never_goes_back(post: Post, by_custom: bool) -> None:
    """PUSH-1: not by a later open of another campaign, though its name is written; nor by a late one."""
    status = {STATUS: {"response": "status"}} if by_custom else {}
    named = switch(custom={"City": {"response": "campaign"}, **status}, status_field=None if by_custom else STATUS)
    ann = post.member(ANN)
    post.did(ann, "clicked", "first", hours=30)
    post.push(named)
    post.did(ann, "opened", "second", hours=2)
    post.push(named)
    assert [(row[STATUS], row["City"]) for row in post.records(ANN)] == [("Clicked", "Second")]
    post.did(ann, "opened", "older", hours=90)
    assert post.push(named).counts["pushed"] == 1
    assert post.records(ANN)[0][STATUS] == "Clicked"
    assert post.ledger("status") == ["Clicked", None, None]


def test_the_member_status_of_a_suppressed_person(post: Post) -> None:
    """PUSH-1, PUSH-4, CAMP-8: pushed with the status that stands for the person, unless push_suppressed: skip."""
    ann = post.opener(ANN)
    post.did(ann, "unsubscribed")
    post.world.execute(
        "INSERT INTO contacts.suppression (kind, contact_id, origin, reason, created_by, created_at) "
        "VALUES ('unsubscribed_org', :id, 'test', 'test', 'test', now())",
        id=ann,
    )
    post.push(push_suppressed="skip")
    assert post.standing(ann) == ("not_pushed", "suppressed", None)
    post.push()
    assert post.records(ANN)[0][STATUS] == "Unsubscribed"


def test_custom_data(post: Post) -> None:
    """PUSH-6: response, campaign, time, a constant, any contact field, each into a chosen field; the empty left out."""
    post.opener(ANN, town="Ulm", nothing="")
    post.push(
        switch(
            status_field=None,
            custom={
                "Campaign_Response": {"response": "status"},
                "City": {"response": "campaign"},
                "Skill_Set": {"response": "time"},
                "Source": {"constant": "Newsletter"},
                "Country": {"contact_field": "town"},
                "Mobile": {"contact_field": "nothing"},
            },
        )
    )
    (record,) = post.records(ANN)
    assert [record[name] for name in ("Campaign_Response", "City", "Source", "Country")] == [
        "Opened",
        "News",
        "Newsletter",
        "Ulm",
    ]
    assert record["Skill_Set"].endswith("+00:00")
    assert not record["Mobile"]


def test_found_by_address_is_updated_in_mapped_fields_only(post: Post) -> None:
    """PUSH-5: nothing else of the record changes, and an empty value overwrites nothing."""
    record_id = post.add("Candidates", Last_Name="Old", First_Name="Anna", Email=ANN.upper(), City="Ulm", Mobile="1")
    ann = post.opener(ANN, city="")
    post.push(switch(mapping={**NAMES, "city": "City"}))
    (record,) = post.records(ANN)
    assert (record["id"], record["Last_Name"], record["City"], record["Mobile"]) == (record_id, "Fields", "Ulm", "1")
    assert post.standing(ann)[0] == "updated"


@pytest.mark.parametrize("by_in", [False, True], ids=["PUSH-5-equals", "PUSH-5-in"])
def test_of_several_the_latest_modified_is_updated(post: Post, by_in: bool) -> None:
    """PUSH-5: and the ledger names the others."""
    ids = [post.add("Candidates", Last_Name=name, Email=ANN) for name in ("One", "Two", "Three")]
    for record_id, at in zip(ids, ("2026-11-03", "2026-11-05", "2026-11-04"), strict=True):
        edit = {"id": record_id, "Updated_On": f"{at}T10:00:00+00:00"}
        post.world.control("POST", "records/Candidates", {"edits": [edit]})
    post.opener(ANN)
    post.push(search_in=by_in)
    assert {row["id"]: row["Last_Name"] for row in post.records(ANN)} == dict(
        zip(ids, ("One", "Fields", "Three"), strict=True)
    )
    ((record_id, others),) = post.ledger("record_id, others")
    assert (record_id, sorted(others)) == (ids[1], sorted([ids[0], ids[2]]))


def test_pushed_by_us_before_is_updated_though_the_address_changed(post: Post) -> None:
    """PUSH-5: the record that we made is known by its id; one that was deleted since is made anew."""
    ann = post.opener(ANN)
    post.push()
    post.world.execute("UPDATE contacts.contact SET email = :b, email_key = :b WHERE contact_id = :id", b=BEN, id=ann)
    post.did(ann, campaign="again")
    post.push()
    assert (len(post.records(ANN)), len(post.records(BEN))) == (0, 1)
    record_id = post.records(BEN)[0]["id"]
    post.world.control("POST", "records/Candidates/delete", {"ids": [record_id], "type": "permanent"})
    post.did(ann, campaign="third")
    post.push()
    assert post.ledger() == ["inserted", "updated", "inserted"]


@pytest.mark.parametrize(
    ("settings", "reason", "detail"),
    [
        pytest.param(
            {"denied_modules": ["Candidates"]}, "no_permission_account", None, id="PUSH-4-no-permission-account"
        ),
        pytest.param({"missing_scopes": ["modules.candidate"]}, "no_permission_account", None, id="PUSH-4-no-scope"),
    ],
)
def test_an_account_that_may_not_write(post: Post, settings: dict[str, Any], reason: str, detail: str | None) -> None:
    """PUSH-4, PUSH-9: one call tells; everybody has the reason, the task fails; once allowed, everybody is pushed."""
    post.crowd(102)
    post.world.control("POST", "settings", settings)
    with pytest.raises(PushRejected, match="none of 102 people"):
        post.push()
    assert set(post.ledger("reason, detail")) == {(reason, detail)}
    assert len(post.writes()) == 1
    post.world.control("POST", "settings", {name: [] for name in settings})
    assert post.push().counts == {"pushed": 102, "not_pushed": 0}


def test_what_recruit_refuses_is_not_sent_again_unchanged(post: Post) -> None:
    """PUSH-4, PUSH-9: only passing failures are; a mended value is sent, and so is a new response."""
    ann = post.opener(ANN, last_name="x" * 300)
    with pytest.raises(PushRejected):
        post.push()
    assert post.standing(ann) == ("not_pushed", "invalid_value", "Last_Name")
    post.writes()
    assert post.push().counts == {"pushed": 0, "not_pushed": 0}
    assert post.writes() == []
    post.did(ann, campaign="again")
    with pytest.raises(PushRejected):
        post.push()
    post.world.execute("UPDATE contacts.contact SET last_name = 'Short' WHERE contact_id = :id", id=ann)
    assert post.push().counts["pushed"] == 1
    assert post.standing(ann)[0] == "inserted"


def test_a_switch_turned_on_again_looks_back_anew(post: Post) -> None:
    """PUSH-3, PUSH-7: five days from when it is on again, not all that arrived meanwhile; a vanished switch was off."""
    for how in ("off", "gone"):
        old, fresh = post.member(f"old.{how}@web.example.org"), post.member(f"fresh.{how}@web.example.org")
        post.push()
        post.push(*((switch(enabled=False),) if how == "off" else (CLICKED,)))
        post.did(old, hours=24 * 6)
        post.did(fresh, hours=24 * 4)
        post.push()
        assert (post.standing(old)[1], post.standing(fresh)[0]) == ("no_activity", "inserted")


def test_a_list_for_both_modules_is_carried_out_in_both(post: Post) -> None:
    """PUSH-8: two records, a ledger row each."""
    ann = post.opener(ANN, company="Acme")
    assert post.push(OPENED, CONTACTS).counts["pushed"] == 2
    assert (post.standing(ann)[0], post.standing(ann, "Contacts")[0]) == ("inserted", "inserted")


def test_a_list_that_nobody_knows(post: Post) -> None:
    """PUSH-0: is told, with the close match, and harms no other switch."""
    post.opener(ANN)
    done = post.push(OPENED, switch("Contacts", list_name="Web new"))
    assert (done.status, done.counts["pushed"]) == ("degraded", 1)
    assert f"no list 'Web new', so nobody is pushed from it. Did you mean '{LIST}'?" in done.warnings[0]
    assert post.world.one("SELECT status FROM sync.push_run") == "degraded"


def test_too_many_refused_degrade_the_run(post: Post) -> None:
    """PUSH-9: above push_reject_threshold."""
    post.opener(ANN)
    post.opener(BEN, last_name="x" * 300)
    assert post.push().status == "degraded"
    post.opener(CAT)
    post.opener(DAN, last_name="x" * 300)
    assert post.push(push_reject_threshold=0.5).status == "succeeded"


def test_near_misses(post: Post) -> None:
    """PUSH-11: one thing that would have to be different, in words; who lacks two things is no near miss."""
    for address in (ANN, BEN):
        post.opener(address)
    post.opener(CAT, last_name=None)
    post.push(switch("Contacts", mapping=NAMES))
    told = "SELECT told FROM sync.near_misses ORDER BY told"
    assert [row["told"] for row in post.world.rows(told)] == ["2 would be pushed if company name were mapped"]
    post.did(post.member(DAN, company="Acme"), to_list=False, campaign="elsewhere")
    post.push(CONTACTS)
    assert [row["told"] for row in post.world.rows(told)] == [
        f"1 would be pushed if the campaign had been sent to {LIST}",
        "2 would be pushed if they had a value for company name",
    ]
    words = post.world.rows("SELECT DISTINCT in_words FROM sync.push_history")
    assert {row["in_words"] for row in words} >= {"the campaign was not sent to the list of the switch"}


def test_who_left_the_list_is_not_judged(post: Post) -> None:
    """PUSH-4: only current members are; whoever waited in the outbox leaves it."""
    ann = post.opener(ANN)
    post.world.execute("UPDATE contacts.membership SET status = 'removed', reason = 'by_hand'")
    assert post.push().counts == {"pushed": 0, "not_pushed": 0}
    assert post.ledger() == []
    post.world.execute("UPDATE contacts.membership SET status = 'subscribed', reason = NULL")
    post.did(ann, campaign="again", hours=0.1)
    assert post.push().counts["pushed"] == 1
    assert post.world.one("SELECT now() - min(at) < :d FROM sync.push_history", d=timedelta(minutes=5))


def test_judging_compares_nobody_with_everybody(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    """PUSH-4: by tables that have no statistics yet, as after a first import, each person is found by an equality."""
    run, plans = statements.run, []

    def told(connection: Any, name: str, **values: Any) -> Any:
        if name == "push/judged":
            query = text(f"EXPLAIN (FORMAT JSON) {statements.statement(name).text}")
            plans.append(connection.execute(query, values).scalar_one()[0]["Plan"])
        return run(connection, name, **values)

    monkeypatch.setattr(statements, "run", told)
    post.opener(ANN)
    post.push()
    waiting, loops = list(plans), []
    while waiting:
        node = waiting.pop()
        waiting += node.get("Plans", [])
        loops += [node.get("Join Filter", "")] if node["Node Type"] == "Nested Loop" else []
    assert len(plans) == 1
    assert [each for each in loops if "contact_id" in each] == []
