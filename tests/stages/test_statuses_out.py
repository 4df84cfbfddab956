"""Member statuses written to Recruit: fields, and members of campaigns; only what changed (CAMP-3 to 5, CAMP-8)."""

from typing import Any

import pytest

from contact_sync.errors import Unavailable
from tests.stages.campaigning import Mailer, target, wanted
from tests.stages.pushing import STATUS, switch
from tests.stages.world import World

FIELD = wanted(target())
NOTHING = {"pushed": 0, "not_pushed": 0}


@pytest.fixture
def mailer(empty_source_url: str, warehouse: Any) -> Mailer:
    """An account without a record that matters."""
    world = World(empty_source_url, warehouse, {})
    modules = ["Candidates", "Contacts", "Clients", "Campaigns", "Alumni"]
    world.control("POST", "reset", {"modules": modules, "alumni": 2, "campaigns": 1, "max_tokens": 1000})
    return Mailer(world)


def received(mailer: Mailer, *modules: str) -> tuple[int, str]:
    """Ann, whom a sync brought, was sent the winter's news."""
    mailer.campaign("winter")
    who, record_id = mailer.synced("ann@web.example.org", *modules)
    mailer.sent(who, "winter")
    return who, record_id


def test_imported_and_pushed_people_alike(mailer: Mailer) -> None:
    """CAMP-4: everyone with a Recruit record; only when it changed; the ledger says what the sandbox was told."""
    ann, brought = received(mailer)
    ben, nobody = mailer.member("ben@web.example.org", "Ben"), mailer.member("nobody@web.example.org")
    for who, answer in ((ben, "opened"), (ann, "clicked")):
        mailer.did(who, answer, "winter")
    mailer.push(switch(status_field=None))  # makes Ben's record, without a status
    mailer.sent(nobody, "winter")
    (made,) = (row["id"] for row in mailer.records("ben@web.example.org"))
    done = mailer.tell(FIELD)
    assert (done.status, done.counts["statuses"]) == ("succeeded", 2)
    assert (mailer.shown(brought), mailer.shown(made)) == ("Clicked", "Opened")
    told = [(brought, STATUS, "Clicked", "sent"), (made, STATUS, "Opened", "sent")]
    assert sorted(mailer.told("record_id, field, status, outcome")) == sorted(told)
    assert mailer.tell(FIELD).counts == NOTHING
    mailer.did(ben, "clicked", "winter")
    assert mailer.tell(FIELD).counts["statuses"] == 1
    assert mailer.shown(made) == "Clicked"
    written = [write["values"][STATUS] for write in mailer.writes_to("Candidates") if write["values"].get(STATUS)]
    assert sorted(written) == sorted(row[0] for row in mailer.told("status"))


@pytest.mark.parametrize(
    ("responses", "status"),
    [
        pytest.param((), "Unopened", id="CAMP-7-unopened"),
        pytest.param(("opened",), "Opened", id="CAMP-8-opened"),
        pytest.param(("opened", "clicked", "bounced"), "Bounced", id="CAMP-8-bounced"),
        pytest.param(("clicked", "unsubscribed"), "Unsubscribed", id="CAMP-8-unsubscribed"),
        pytest.param(("unsubscribed", "complaint"), "Complaint", id="CAMP-8-complaint"),
    ],
)
def test_the_highest_status(mailer: Mailer, responses: tuple[str, ...], status: str) -> None:
    """CAMP-8: one response stands for the person, also of who unsubscribed."""
    who, record_id = received(mailer)
    for response in responses:
        mailer.did(who, response, "winter")
    mailer.world.execute("UPDATE contacts.membership SET status = 'unsubscribed'")
    mailer.tell(FIELD)
    assert mailer.shown(record_id) == status


def test_the_latest_campaign_by_send_time(mailer: Mailer) -> None:
    """CAMP-8: whichever answer came last; of the same kind, and sent to the list."""
    who, record_id = mailer.synced("ann@web.example.org")
    for name, days in (("winter", 2), ("spring", 1), ("elsewhere", 0)):
        mailer.campaign(name, days=days)
        mailer.sent(who, name, days=days)
    mailer.world.execute(
        "DELETE FROM contacts.campaign_list USING contacts.campaign WHERE campaign.campaign_id = "
        "campaign_list.campaign_id AND external_id = 'elsewhere'"
    )
    mailer.did(who, "opened", "spring", hours=20)
    mailer.did(who, "clicked", "winter", hours=1)
    mailer.tell(FIELD)
    assert mailer.shown(record_id) == "Opened"
    mailer.campaign("later", days=0.5)
    mailer.sent(who, "later", days=0.5)
    mailer.tell(FIELD)
    assert mailer.shown(record_id) == "Unopened"


def test_autoresponders_apart(mailer: Mailer) -> None:
    """CAMP-4, CAMP-5: a field of e-mail campaigns, and one of autoresponders."""
    who, record_id = received(mailer, "Contacts")
    mailer.campaign("welcome", kind="autoresponder", days=0)
    mailer.sent(who, "welcome")
    for name, answer in (("winter", "clicked"), ("welcome", "opened")):
        mailer.did(who, answer, name)
    mailer.tell(wanted(target("Contacts", "Department"), target("Contacts", "Source", "autoresponder")))
    assert mailer.shown(record_id, "Contacts", "Department") == "Clicked"
    assert mailer.shown(record_id, "Contacts", "Source") == "Opened"


def test_a_custom_module(mailer: Mailer) -> None:
    """CAMP-4: custom modules, too."""
    _, record_id = received(mailer, "Alumni")
    assert mailer.tell(wanted(target("Alumni", "Notes"))).counts["statuses"] == 1
    assert mailer.shown(record_id, "Alumni", "Notes") == "Unopened"


def test_a_record_that_is_gone(mailer: Mailer) -> None:
    """CAMP-4: in the ledger, once; the others are told. Nothing is sent again until the status is another."""
    _, record_id = received(mailer)
    there, other = mailer.synced("ben@web.example.org")
    mailer.sent(there, "winter")
    mailer.world.control("POST", "records/Candidates/delete", {"ids": [record_id], "type": "recycle"})
    done = mailer.tell(FIELD)
    assert (done.status, done.counts) == ("degraded", {**NOTHING, "statuses": 1, "statuses_refused": 1})
    assert mailer.shown(other) == "Unopened"
    assert mailer.told("outcome, detail") == [("refused", "INVALID_DATA, id"), ("sent", None)]
    assert mailer.tell(FIELD).counts == NOTHING


def test_what_passes_is_sent_by_the_next_push(mailer: Mailer) -> None:
    """CAMP-4, PUSH-9: a locked record is no refusal."""
    _, record_id = received(mailer)
    mailer.world.control("POST", "item_faults", {"code": "RECORD_LOCKED", "id": record_id})
    assert mailer.tell(FIELD).counts == NOTHING
    assert mailer.tell(FIELD).counts["statuses"] == 1


def test_a_limit_of_the_account_is_no_refusal_of_the_record(mailer: Mailer) -> None:
    """CAMP-4, PUSH-4: told as a warning, and sent again by the next push."""
    _, record_id = received(mailer)
    mailer.world.control("POST", "item_faults", {"code": "LIMIT_EXCEEDED", "id": record_id})
    done = mailer.tell(FIELD)
    assert (done.status, done.counts) == ("degraded", NOTHING)
    assert "LIMIT_EXCEEDED. The next push sends them again." in done.warnings[0]
    assert mailer.tell(FIELD).counts["statuses"] == 1
    assert mailer.shown(record_id) == "Unopened"


def test_cut_after_the_effect_is_sent_again(mailer: Mailer) -> None:
    """PUSH-9: an update by id may be sent twice, and leaves what one leaves."""
    _, record_id = received(mailer)
    mailer.fault("cut_after", "Candidates", method="PUT")
    with pytest.raises(Unavailable):
        mailer.tell(FIELD)
    assert (mailer.shown(record_id), mailer.told()) == ("Unopened", [])
    assert mailer.tell(FIELD).counts["statuses"] == 1
    assert mailer.told() == [("Unopened", "sent")]


def test_what_a_switch_wrote_is_not_written_again(mailer: Mailer) -> None:
    """CAMP-8: only when it changed, whoever wrote it."""
    who = mailer.opener("ann@web.example.org")
    mailer.push(switch())
    assert mailer.shown(mailer.records("ann@web.example.org")[0]["id"]) == "Opened"
    assert mailer.tell(FIELD).counts == NOTHING
    mailer.did(who, "clicked")
    assert mailer.tell(FIELD).counts["statuses"] == 1


def test_without_the_permission(mailer: Mailer) -> None:
    """CAMP-4: told, and no failure of the run."""
    _, record_id = received(mailer)
    mailer.world.control("POST", "settings", {"denied_writes": ["Candidates"]})
    done = mailer.tell(FIELD)
    assert done.status == "degraded"
    assert "Candidates.Campaign_Response of recruit_demo cannot be written" in done.warnings[0]
    mailer.world.control("POST", "settings", {"denied_writes": []})
    assert mailer.tell(FIELD).counts["statuses"] == 1
    assert mailer.shown(record_id) == "Unopened"


def test_members_of_a_campaign(mailer: Mailer) -> None:
    """CAMP-3: only people who were synced from Recruit, in the campaign that we made there; only when it changed."""
    mailer.world.control("POST", "settings", {"campaign_members": "works"})
    who, record_id = received(mailer)
    mailer.sent(mailer.member("ben@web.example.org"), "winter")
    asked = wanted(create=True, member_status=True)
    assert mailer.tell(asked).counts["statuses"] == 1
    (campaign,) = (row["id"] for row in mailer.everything("Campaigns") if row["Campaign_Name"] == "Winter")
    members = mailer.world.control("GET", f"members?campaign={campaign}")
    assert [(each["id"], each["status"]) for each in members] == [(record_id, "Unopened")]
    assert mailer.tell(asked).counts == NOTHING
    mailer.did(who, "opened", "winter")
    assert mailer.tell(asked).counts["statuses"] == 1
    assert mailer.told("field, status") == [(None, "Unopened"), (None, "Opened")]


@pytest.mark.parametrize("answer", ["unknown", "denied"])
def test_a_call_that_recruit_does_not_have(mailer: Mailer, answer: str) -> None:
    """CAMP-3: a clear message: unconfirmed, and how to turn it off; the rest of the push is done."""
    mailer.world.control("POST", "settings", {"campaign_members": answer})
    _, record_id = received(mailer)
    done = mailer.tell(wanted(target(), create=True, member_status=True))
    assert done.status == "degraded"
    assert "accounts.recruit_demo.campaigns.member_status: false" in done.warnings[0]
    assert mailer.shown(record_id) == "Unopened"
    assert [row[0] for row in mailer.told("field")] == [STATUS]
