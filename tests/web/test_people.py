"""One person's story as a page: found by address or id, told to who may see people, of syncs that they may read."""

import re
from typing import Any

import pytest

from contact_sync.core.story import Story
from contact_sync.web.people import _readable
from contact_sync.web.records import OTHER_SYNC, Sight
from tests.web.conftest import KEY, PREFIX, Site, signed_in
from tests.web.seeded import HERS, HIS, ROLE, SCRIPT, SECRET, Seeded


def ask(site: Site, who: str, by: str = "anna") -> Any:
    """The answer to the form."""
    return site.client.post(f"{PREFIX}/people", data={"who": who}, headers=signed_in(by))


def test_the_story_of_a_contact(site: Site, seeded: Seeded) -> None:
    """OPS-3: lists and why, who they are, every fetch's outcome, campaigns, pushes; nothing of it is markup."""
    shown = site.text(f"/people/{seeded.contact}")
    for words in (
        f"Contact {seeded.contact} (times: Europe/Berlin)",
        "In &#39;Talent news&#39; since ",
        "address: ann@example.org",
        "<h2>What fetches made of their records</h2>",
        f"#{seeded.fetch} candidates_daily",
        "duplicate, in_list",
        "<h2>Campaigns</h2>",
        "<h2>Pushes to Recruit</h2>",
    ):
        assert words in shown, words
    assert SCRIPT not in shown
    assert "&lt;script&gt;" in shown
    assert re.search(r'<th scope="col">Evidence</th>', shown)


def test_by_address_and_by_id(site: Site, seeded: Seeded, monkeypatch: pytest.MonkeyPatch) -> None:
    """OPS-3: the form takes both; whoever is known by an ignored record alone is found by the key of its hash."""
    assert ask(site, " Ann@Example.org ").text == site.text(f"/people/{seeded.contact}")
    assert ask(site, str(seeded.contact)).text == site.text(f"/people/{seeded.contact}")
    monkeypatch.setenv("CONTACT_SYNC_KEY", KEY)
    ignored = ask(site, "info@example.org")
    assert ignored.status_code == 200
    assert "it has the address of a role, such as info@ (role)" in ignored.text
    monkeypatch.delenv("CONTACT_SYNC_KEY")
    without = ask(site, "info@example.org")
    assert (without.status_code, "needs CONTACT_SYNC_KEY" in without.text) == (404, True)


@pytest.mark.parametrize(
    ("who", "told"),
    [
        ("999999", "There is no contact 999999."),
        ("nobody", "neither a contact id (digits only) nor an e-mail address"),
        ("", "neither a contact id"),
        ("<script>alert(1)</script>", "neither a contact id"),
    ],
)
def test_who_is_nobody_is_told_beside_the_form(site: Site, who: str, told: str) -> None:
    """OPS-3: what was typed is not repeated."""
    answer = ask(site, who)
    assert (answer.status_code, told in answer.text, 'role="alert"' in answer.text) == (404, True, True)
    assert "<script>alert(1)" not in answer.text
    assert site.get("/people/999999").status_code == 404
    assert ask(site, "a" * 2_000).status_code == 413


def test_what_syncs_did_that_one_may_not_read_is_counted(site: Site, seeded: Seeded) -> None:
    """OPS-8: Eva may see people, and one sync: of the other's person the page names no sync and shows no outcome."""
    hers = seeded.one("SELECT contact_id FROM contacts.contact WHERE email = :email", email=SECRET)
    whole, part = site.text(f"/people/{hers}"), site.text(f"/people/{hers}", "eva")
    assert ("experienced_engineers_weekly" in whole, "experienced_engineers_weekly" in part) == (True, False)
    assert "1 outcome of syncs that you may not read is not shown." in part
    assert "a sync that you may not read" in part
    assert "candidates_daily" in site.text(f"/people/{seeded.contact}", "eva")


def test_why_somebody_is_in_no_list_is_a_row_of_the_sync_that_says_so(
    site: Site, seeded: Seeded, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OPS-8: whom only a fetch met that Eva may not read, of them she learns that there is an outcome, and no more."""
    monkeypatch.setenv("CONTACT_SYNC_KEY", KEY)
    whole, part = ask(site, ROLE).text, ask(site, ROLE, "eva").text
    assert "ignored record 10: it has the address of a role" in whole
    assert "1 outcome of syncs that you may not read is not shown." in part
    words = ("record 10", "role", HERS, "Experienced engineers", "No fetch met", "The ledger has none")
    assert [word for word in words if word in part] == []


def test_no_list_is_explained_by_what_one_may_not_read() -> None:
    """OPS-8: of somebody in no list the last outcome is the reason; of a member it is not told, and the row stays."""
    row = {"status": None, "joined_by_sync": None, "option_sync": None, "fed_by": ["hers"]}
    of = {name: {"sync_id": name, "evidence": None} for name in ("his", "hers")}
    member = {**row, "status": "subscribed", "joined_by_sync": "hers", "last": of["hers"]}
    lists = [{**row, "last": of["hers"]}, {**row, "last": of["his"]}, {**row, "last": None}, member]
    seen, _ = _readable(Story(7, lists=lists), Sight(people=True, syncs={"his"}))
    assert [(each["status"], each["last"] and each["last"]["sync_id"]) for each in seen.lists] == [
        (None, "his"),
        (None, None),
        ("subscribed", OTHER_SYNC),
    ]


def test_fetches_of_a_story_lead_to_their_pages(site: Site, seeded: Seeded) -> None:
    """OPS-8: from each outcome to the fetch, whose page is there."""
    path = f"/syncs/{HIS}/fetches/{seeded.fetch}"
    assert f'<th scope="row" class="lines"><a href="{PREFIX}{path}">' in site.text(f"/people/{seeded.contact}")
    assert site.get(path).status_code == 200


def test_records_recipients_and_pushes_lead_to_people(site: Site, seeded: Seeded) -> None:
    """OPS-8: by contact id, for who may see people; for others it is a number."""
    link = f'href="{PREFIX}/people/{seeded.contact}"'
    for path in (
        f"/syncs/candidates_daily/fetches/{seeded.fetch}/records",
        f"/campaigns/{seeded.campaign}",
        f"/pushes/{seeded.switch}",
    ):
        assert link in site.text(path), path
        assert "/people/" not in site.text(path, "dora"), path


def test_an_erased_person(site: Site, seeded: Seeded) -> None:
    """OPS-6: the page tells that, and nothing else."""
    seeded.execute("INSERT INTO contacts.contact (contact_id, created_at, updated_at) VALUES (4711, now(), now())")
    seeded.execute(
        "INSERT INTO contacts.suppression (kind, contact_id, origin, reason, created_by, created_at) "
        "VALUES ('erased', 4711, 'command', 'asked', 'test', now())"
    )
    shown = site.text("/people/4711")
    assert "This person was erased." in shown
    assert "<h2>" not in shown
