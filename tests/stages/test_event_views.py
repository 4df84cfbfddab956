"""The views over campaigns: statistics, recipients by response, and one person's campaigns."""

from typing import Any

import pytest

from contact_sync.warehouse.database import Warehouse
from tests.seeds import sow
from tests.stages.mailroom import Mailroom, at, campaign, response, send

PEOPLE = ("ann", "ben", "cem", "dee", "eli", "fay", "gus")
LINKS = """
INSERT INTO sync.source (account, module) VALUES ('recruit_demo', 'Contacts');
INSERT INTO contacts.source_link (source_no, record_id, contact_id, email_key, linked_by_fetch)
    SELECT source_no, source_no || '-' || contact_id, contact_id, email_key, 1 FROM contacts.contact, sync.source
    WHERE contact_id <= CASE module WHEN 'Candidates' THEN 3 ELSE 1 END
"""


@pytest.fixture
def room(warehouse: Warehouse) -> Mailroom:
    """A campaign to seven people, each with another response; a second one that nothing is known of."""
    sow(warehouse.engine, LINKS, people=PEOPLE)
    made = Mailroom(warehouse)
    made.take(
        campaign(subject="Hello", started_at=at(0)),
        campaign("c2", name="From Recruit", origin="recruit"),
        *(send(who) for who in PEOPLE),
        response("ann", "delivered"), response("ann", "opened", 2), response("ann", "clicked", 3),
        response("ben", "clicked"),
        response("cem", "opened"), response("cem", "unsubscribed", 4),
        response("dee", "soft"), response("dee", "opened", 2),
        response("eli", "delivered"),
        response("fay", "opened"), response("fay", "unsubscribed", 2), response("fay", "complaint", 3),
    )  # fmt: skip
    return made


def test_statistics_of_a_campaign(room: Mailroom) -> None:
    """CAMP-6, CAMP-7: delivered = sent - bounced, unopened = delivered - opened, a click alone counts as opened."""
    query = (
        "SELECT name, origin, lists, sent, delivered, bounced, opened, unopened, clicked, unsubscribed, complaints "
        "FROM contacts.campaign_response_statistics ORDER BY external_id"
    )
    assert room.rows(query) == [
        ("News", "here", ["Talent news"], 7, 6, 1, 4, 2, 2, 2, 1),
        ("From Recruit", "recruit", ["Talent news"], 0, 0, 0, 0, 0, 0, 0, 0),
    ]


def test_member_status_is_the_highest_response(room: Mailroom) -> None:
    """CAMP-8: complaint, unsubscribed, bounced, clicked, opened, unopened: one for each person and campaign."""
    query = "SELECT email, status FROM contacts.member_status JOIN contacts.contact USING (contact_id) ORDER BY email"
    assert [(email.partition("@")[0], status) for email, status in room.rows(query)] == [
        ("ann", "clicked"), ("ben", "clicked"), ("cem", "unsubscribed"), ("dee", "bounced"), ("eli", "unopened"),
        ("fay", "complaint"), ("gus", "unopened"),
    ]  # fmt: skip


def test_opened_alone_is_a_status(room: Mailroom) -> None:
    """CAMP-8: opened, and the later click outranks it."""
    status = "SELECT status FROM contacts.member_status WHERE contact_id = 5"
    room.take(response("eli", "opened", 9))
    assert room.rows(status) == [("opened",)]
    room.take(response("eli", "clicked", 1))
    assert room.rows(status) == [("clicked",)]


def test_recipients_by_response_and_record(room: Mailroom) -> None:
    """CAMP-6: who opened, who did not; filtered by having a Candidates or a Contacts record."""

    def found(condition: str) -> list[Any]:
        query = f"SELECT email FROM contacts.recipients_by_response WHERE external_id = 'c1' AND {condition} ORDER BY 1"
        return [email.partition("@")[0] for (email,) in room.rows(query)]

    assert found("opened") == ["ann", "ben", "cem", "fay"]
    assert found("unopened") == ["eli", "gus"]
    assert found("bounced") == ["dee"]
    assert found("opened AND is_candidate") == ["ann", "ben", "cem"]
    assert found("opened AND is_contact") == ["ann"]
    assert found("NOT is_candidate AND status = 'complaint'") == ["fay"]


WHAT = ("send", "delivered", "opened", "clicked", "soft", "unsubscribed", "complaint")
RANKS = (
    ("complaint", "complaint"), ("unsubscribed", "unsubscribed"), ("soft", "bounced"), ("clicked", "clicked"),
    ("opened", "opened"),
)  # fmt: skip


def test_every_combination_adds_up(warehouse: Warehouse) -> None:
    """CAMP-7, CAMP-8: a person for each of the 127 combinations of send and responses, against a plain count."""
    told = {f"p{bits}": {what for place, what in enumerate(WHAT) if bits >> place & 1} for bits in range(1, 128)}
    sow(warehouse.engine, people=tuple(told))
    room = Mailroom(warehouse)
    room.take(
        campaign(),
        *(send(who) if what == "send" else response(who, what) for who, done in told.items() for what in sorted(done)),
    )
    bounced = [who for who, done in told.items() if "soft" in done]
    clicked = [who for who, done in told.items() if "clicked" in done and who not in bounced]
    opened = [who for who, done in told.items() if done & {"opened", "clicked"} and who not in bounced]
    counted = room.rows(
        "SELECT sent, delivered, bounced, opened, unopened, clicked, unsubscribed, complaints "
        "FROM contacts.campaign_response_statistics"
    )
    delivered = len(told) - len(bounced)
    assert counted == [
        (127, delivered, len(bounced), len(opened), delivered - len(opened), len(clicked), 64, 64)
    ]  # fmt: skip
    status = {
        who: next((word for what, word in RANKS if what in done), "unopened") for who, done in told.items()
    }  # fmt: skip
    found = room.rows("SELECT email, status, delivered, opened, unopened FROM contacts.recipients_by_response")
    assert {email.partition("@")[0]: word for email, word, *_ in found} == status
    assert all(each_delivered == (each_opened or unopened) for *_, each_delivered, each_opened, unopened in found)


def test_a_response_without_a_send_is_a_recipient(room: Mailroom) -> None:
    """CAMP-7: whoever responded was sent to, so that no number falls below nought."""
    room.take(response("gus", "hard", campaign_id="c2"))
    query = (
        "SELECT sent, delivered, bounced, unopened FROM contacts.campaign_response_statistics WHERE origin = 'recruit'"
    )
    assert room.rows(query) == [(1, 0, 1, 0)]


def test_campaigns_of_a_person(room: Mailroom) -> None:
    """CAMP-6: every campaign with origin, status, and each response in its order."""
    room.take(response("ann", "opened", 30, campaign_id="c2"))
    columns = "external_id, origin, status, responses, sent_at"
    first, second = room.rows(f"SELECT {columns} FROM contacts.person_campaigns WHERE contact_id = 1 ORDER BY 1")
    assert first[:3] == ("c1", "here", "clicked")
    assert [each["response"] for each in first[3]] == ["delivered", "opened", "clicked"]
    assert (second[:3], second[4]) == (("c2", "recruit", "opened"), None)
