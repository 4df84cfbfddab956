"""Commands that act on people and on fetches by hand: what they say, and that they never say an address."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import create_engine

from tests.seeds import sow

Run = Callable[..., Any]
PERSON = "ann@example.org"


@pytest.fixture
def people(with_warehouse: str) -> str:
    """Contacts 1 (Ann) and 2 (Ben), added to the list Talent news by fetch 1."""
    sow(create_engine(with_warehouse), people=("ann", "ben"))
    return with_warehouse


def test_remove_and_restore(run: Run, people: str) -> None:
    """OUT-18: by address or contact id, told by contact id only."""
    told = [
        run("remove", PERSON, "--list", "Talent news", "--reason", "asked by phone"),
        run("remove", "1", "--list", "Talent news", "--reason", "again"),
        run("restore", PERSON, "--list", "Talent news", "--reason", "wants it"),
        run("remove", PERSON, "--org", "--reason", "left"),
        run("remove", PERSON, "--org", "--reason", "left"),
        run("restore", "1", "--org", "--reason", "mistake"),
    ]
    assert [(done.code, done.err) for done in told] == [(0, "")] * 6
    assert [done.out for done in told] == [
        "Contact 1 is out of 'Talent news', whatever later fetches bring, until restored.\n",
        "Contact 1 was taken out of 'Talent news' by hand already.\n",
        "Contact 1 is in 'Talent news' again: subscribed.\n",
        "Contact 1 is deleted from the organisation and taken out of 1 list; a later fetch may add them again.\n",
        "Contact 1 is deleted already.\n",
        "Contact 1 is back in the organisation and in 1 list.\n",
    ]


def test_a_person_is_named_by_a_former_address(run: Run, people: str) -> None:
    """OUT-18, OUT-13: told by contact id; where several had it, the contact id is asked for."""
    had = (
        "INSERT INTO contacts.address_history (contact_id, email_key, email, replaced_at) SELECT contact_id, "
        "each || '@old.example.org', each, now() FROM contacts.contact, unnest(ARRAY['one', 'both']) AS each "
        "WHERE contact_id = 1 OR each = 'both'"
    )
    with create_engine(people).begin() as connection:
        connection.exec_driver_sql(had)
    said = "Nobody has this address now; contact 1 had it before.\n"
    place = ("--list", "Talent news", "--reason", "x")
    assert run("remove", "one@old.example.org", *place).out.startswith(f"{said}Contact 1 is out of 'Talent news'")
    assert run("restore", "one@old.example.org", *place).out.startswith(f"{said}Contact 1 is in 'Talent news' again")
    unclear = run("remove", "both@old.example.org", "--org", "--reason", "x")
    assert (unclear.code, unclear.out) == (1, "")
    assert "contacts 1, 2 had it before: give the contact id of the one who is meant. Nothing was done." in unclear.err


def test_restored_without_a_live_record(run: Run, people: str) -> None:
    """OUT-18, ADV-2: whoever takes a removal back is told that the person's record is deleted at its source."""
    sow_gone = (
        "INSERT INTO contacts.source_link (source_no, record_id, contact_id, email_key, linked_by_fetch, gone_at, "
        "gone_kind) SELECT 1, contact_id::text, contact_id, email_key, 1, now(), 'recycle' FROM contacts.contact",
        "INSERT INTO sync.taken_record (sync_no, source_no, record_id, list_id, first_fetch, taken_at) "
        "SELECT 1, 1, record_id, 1, 1, now() FROM contacts.source_link",
        "UPDATE contacts.contact SET deleted_at = now(), deleted_reason = 'deleted' WHERE contact_id = 2",
    )
    for each in ("1", "2"):
        run("remove", each, "--list", "Talent news", "--reason", "x")
    with create_engine(people).begin() as connection:
        for statement in sow_gone:
            connection.exec_driver_sql(statement)
    told = [run("restore", each, "--list", "Talent news", "--reason", "x").out for each in ("1", "2")]
    assert told == [
        "Contact 1 is in 'Talent news' again: subscribed. No live record supplies them: their record was deleted at "
        "its source.\n",
        "Contact 2 is held out of 'Talent news' no more, but was deleted from the organisation, and no live record "
        "supplies them: a fetch adds them again once theirs is restored at its source.\n",
    ]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("remove", PERSON, "--reason", "x"), 2, "say where: either --list LIST or --org, not both."),
        (("remove", PERSON, "--org", "--list", "x", "--reason", "x"), 2,
         "say where: either --list LIST or --org, not both."),
        (("restore", PERSON, "--org", "--reason", " "), 2, "--reason is empty: say why, for the record."),
        (("remove", PERSON, "--list", "Talent new", "--reason", "x"), 1,
         "there is no list 'Talent new'. Did you mean 'Talent news'? Lists: 'Talent news'."),
        (("remove", "zoe@example.org", "--org", "--reason", "x"), 1, "nobody in the organisation has this address."),
        (("restore", PERSON, "--org", "--reason", "x"), 1,
         "contact 1 is not deleted, not by hand, so there is nothing to restore."),
        (("revert", "1"), 2, "say what to do: either --preview or --apply."),
        (("revert", "1", "--apply", "--preview"), 2, "say what to do: either --preview or --apply."),
        (("revert", "1", "--apply"), 2, "--apply needs --reason: say why, for the record."),
        (("revert", "9", "--preview"), 1, "there is no fetch 9. See their numbers with: contact-sync history"),
    ],
)  # fmt: skip
def test_mistakes_are_told_without_an_address(
    run: Run, people: str, arguments: tuple[str, ...], code: int, message: str
) -> None:
    """OUT-18, OPS-12: exit code 2 for a command used wrongly, 1 for what cannot be done."""
    done = run(*arguments)
    assert (done.code, done.out, done.err) == (code, "", f"contact-sync: {message}\n")
    assert "@" not in done.err


def test_revert(run: Run, people: str) -> None:
    """OPS-12: preview first; what is left is told with its reason; a second time there is nothing to do."""
    run("remove", PERSON, "--list", "Talent news", "--reason", "x")
    taken_back = "  1 memberships that it began: contact 2\n  1 people whom it added: contact 2\n"
    left = (
        "Left as they are:\n"
        "  1 memberships that it began, because the membership has ended since: contact 1\n"
        "  1 people whom it added, because somebody has changed the person by hand since: contact 1\n"
    )
    seen = run("revert", "1", "--preview")
    assert (seen.code, seen.err) == (0, "")
    assert seen.out == (
        f"Fetch 1 of 'candidates_daily': this would be taken back:\n{taken_back}{left}"
        "Nothing was written. Do it with: contact-sync revert 1 --apply --reason …\n"
    )
    done = run("revert", "1", "--apply", "--reason", "wrong view")
    assert done.out == f"Fetch 1 of 'candidates_daily': taken back:\n{taken_back}{left}"
    again = run("revert", "1", "--apply", "--reason", "wrong view")
    assert (again.code, again.out) == (0, f"Fetch 1 of 'candidates_daily': there is nothing to take back.\n{left}")


def test_revert_as_json(run: Run, people: str) -> None:
    """OPS-12: every contact id."""
    assert json.loads(run("revert", "1", "--preview", "--output", "json").out) == {
        "fetch_id": 1,
        "sync_id": "candidates_daily",
        "applied": False,
        "taken_back": {"membership": [1, 2], "new": [1, 2]},
        "left": [],
    }


def test_housekeeping(run: Run, people: str) -> None:
    """OPS-11: the same as the hourly DAG; each step with its number."""
    lines = run("housekeeping").out.splitlines()
    assert lines[:3] == ["ledger months made: 0", "staging dropped: 0", "raw values blanked: 0"]
    with create_engine(people).begin() as connection:
        connection.exec_driver_sql("UPDATE sync.fetch SET finished_at = now() - interval '8 days'")
        connection.exec_driver_sql("CREATE TABLE staging.fetch_1 ()")
    assert json.loads(run("housekeeping", "--output", "json").out)["staging_dropped"] == 1
