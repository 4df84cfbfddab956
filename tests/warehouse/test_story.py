"""One person's story: all that is known of them, nothing of others, and how it is found."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from contact_sync.config.loader import load_syncs
from contact_sync.core.email import hash_keys
from contact_sync.core.person_words import kept_out, list_sentence
from contact_sync.core.story import Story
from contact_sync.errors import ConfigError
from contact_sync.paths import include_folder, sql_folder
from contact_sync.warehouse import statements
from contact_sync.warehouse.database import Warehouse
from contact_sync.warehouse.erasure import erase
from contact_sync.warehouse.removals import remove_from_list, remove_from_organisation
from contact_sync.warehouse.secrets import hash_key
from contact_sync.warehouse.story import story
from contact_sync.warehouse.suppressions import suppress
from tests.stages.desk import Desk, record
from tests.warehouse.erasing_support import ANN, BEN, FORMER, MISFIT, OTHER_RECORD, RECORD, everything, live_a_life

STATEMENTS = sorted(path.stem for path in (sql_folder() / "story").glob("*.sql"))
NOBODY: dict[str, Any] = {"contact_id": None, "hashes": [], "keys": [], "most": 5}
OF = "(SELECT contact_id FROM contacts.contact WHERE email_key = '{}@mail.example.org')"
UNSUBSCRIBED = (
    "UPDATE contacts.membership SET status = 'unsubscribed', unsubscribed_at = '2026-11-25' "
    f"WHERE contact_id = {OF.format('p3')}"
)
GONE = f"DELETE FROM contacts.membership WHERE contact_id = {OF.format('p4')}"


@pytest.fixture
def desk(warehouse: Warehouse) -> Desk:
    """The daily example sync, without HTTP in front of it."""
    return Desk(warehouse, load_syncs(include_folder(), only="candidates_daily").syncs["candidates_daily"])


def sentence(found: Story, place: int = 0) -> str:
    """Why they are, or are not, in one of the lists."""
    return list_sentence(found.lists[place], lambda moment: "–" if moment is None else f"{moment:%d %b}")


def outcomes(found: Story) -> list[tuple[Any, ...]]:
    return [(row["record_id"], row["outcome"], row["reason"]) for row in found.outcomes]


def test_every_part_of_a_life_is_told_and_nothing_of_others(desk: Desk) -> None:
    """OPS-3: outcomes of every record with evidence, lists, suppressions, addresses, campaigns, pushes; only read."""
    contact_id = live_a_life(desk)
    before = everything(desk.warehouse)
    found = story(desk.warehouse, ANN.upper())
    assert everything(desk.warehouse) == before
    assert (found.contact_id, found.erased, found.former, found.more) == (contact_id, False, False, False)
    assert outcomes(found) == [
        (OTHER_RECORD, "duplicate", "in_list"), (RECORD, "duplicate", "in_list"), (RECORD, "new", None)
    ]  # fmt: skip
    assert MISFIT in str(found.outcomes[-1]["evidence"])
    assert [row["email"] for row in found.addresses] == [FORMER]
    assert {row["record_id"] for row in found.records} == {RECORD, OTHER_RECORD}
    assert [(row["kind"], row["lifted_by"]) for row in found.suppressions] == [("registry", None), ("blocked", "otto")]
    assert [row["holds"] for row in found.suppressions] == [False, False]  # of an address of before; lifted
    assert [(row["soft_bounces"], row["counts"]) for row in found.bounces] == [(1, False)]
    assert [(row["status"], row["responses"][0]["response"]) for row in found.campaigns] == [("opened", "opened")]
    assert [row["in_words"] for row in found.pushes] == ["a new record was made in Recruit"]
    assert [(row["reason"], row["state"]) for row in found.removals] == [("deleted", "pending")]
    assert [(row["kind"], row["who"]) for row in found.acts] == [("remove", "otto")]
    assert [(row["response"], row["reason"]) for row in found.waiting] == [("opened", "unknown_campaign")]
    assert found.person is not None
    assert found.person["first_name"] == "Annekeqzkw"
    assert BEN not in str(found)
    assert kept_out(found.suppressions, found.bounces) == ""
    assert sentence(found).startswith("In 'Talent news' since")
    assert "asked whether they are to leave (deleted)" in sentence(found)
    assert story(desk.warehouse, str(contact_id)) == found
    assert len(story(desk.warehouse, str(contact_id), most=2).outcomes) == 2
    assert story(desk.warehouse, str(contact_id), most=2).more


def test_who_was_erased_is_known_by_the_hash_and_nothing_is_told(desk: Desk) -> None:
    """OPS-3, OPS-6: erased, by the contact id and by every address of theirs, and no more than that."""
    contact_id = live_a_life(desk)
    erase(desk.warehouse, ANN, "asked for it", "maria")
    assert story(desk.warehouse, str(contact_id)) == Story(contact_id, erased=True)
    assert story(desk.warehouse, ANN) == story(desk.warehouse, FORMER) == Story(None, erased=True)
    assert not story(desk.warehouse, BEN).erased


def test_records_that_were_ignored_are_found_by_the_address_of_nobody(desk: Desk) -> None:
    """OPS-3: of an address that no contact has the ledger tells by its hash; without the key that is said."""
    suppress(desk.warehouse, [ANN], "blocked", "rang", "otto")
    desk.take(record("1", ANN), record("2", BEN))
    found = story(desk.warehouse, ANN)
    assert (found.contact_id, outcomes(found)) == (None, [("1", "ignored", "do_not_mail")])
    assert [(row["kind"], row["created_by"]) for row in found.suppressions] == [("blocked", "otto")]
    assert sentence(found) == (
        "Not in 'Talent news': fetch 1 of candidates_daily on 21 Nov ignored record 1: the person is suppressed "
        "(blocked) [suppression 1]."
    )
    nothing = story(desk.warehouse, "nobody@mail.example.org")
    assert (nothing.outcomes, nothing.suppressions) == ([], [])
    without = Warehouse(desk.warehouse.engine, None)
    with pytest.raises(ConfigError, match="CONTACT_SYNC_KEY") as told:
        story(without, ANN)
    assert ANN not in str(told.value)
    assert not story(without, BEN).by_address


def test_a_list_says_why_not_in_one_sentence(desk: Desk) -> None:
    """OPS-3, CRIT-6: by hand, deleted, unsubscribed, never met, kept out of one of two lists; who and when with it."""
    other = desk.sync.model_copy(update={"sync_id": "second", "list_name": "Other news"})
    desk.take(*(record(str(number), f"p{number}@mail.example.org") for number in range(1, 5)))
    desk.take(record("9", "last@mail.example.org"), record("8", "broken"), sync=other)

    def of(number: int, place: int) -> str:
        return sentence(story(desk.warehouse, f"p{number}@mail.example.org"), place)

    assert of(1, 0) == "Not in 'Other news': no fetch into it (second) met a record of theirs."
    assert of(1, 1) == "In 'Talent news' since 21 Nov, brought by candidates_daily (fetch 1)."
    remove_from_list(desk.warehouse, "p1@mail.example.org", "Talent news", "rang", "otto")
    assert "taken out by hand by otto (“rang”), until restored." in of(1, 1)
    remove_from_organisation(desk.warehouse, "p2@mail.example.org", "left", "otto")
    assert "deleted from the organisation by hand by otto (“left”); the next fetch" in of(2, 1)
    desk.execute(UNSUBSCRIBED)
    assert of(3, 1).startswith("Unsubscribed from 'Talent news' on 25 Nov:")
    suppress(desk.warehouse, ["p4@mail.example.org"], "registry", "list", "otto")
    assert "but not mailed: suppressed" in of(4, 1)
    kept = story(desk.warehouse, "p4@mail.example.org")
    assert kept_out(kept.suppressions, [{"holds": True}]) == "registry, bounced"
    desk.execute(GONE)
    assert "met record 4 (added to the organisation), and they have not joined it since." in of(4, 1)


def test_a_record_that_was_somebody_else_keeps_their_values(desk: Desk) -> None:
    """OPS-3, OUT-13: what a row tells of another contact's record is the record, not the values that did not fit."""
    desk.take(record("1", "one@mail.example.org", Experience_in_Years="many-qzkw"), record("2", "two@mail.example.org"))
    hashed = hash_keys(["two@mail.example.org"], hash_key(desk.warehouse))[0]
    desk.execute("UPDATE sync.ledger SET address_hash = :hash WHERE record_id = '1'", hash=hashed)
    found = story(desk.warehouse, "two@mail.example.org")
    assert outcomes(found) == [("2", "new", None), ("1", "new", None)]
    assert found.outcomes[1]["contact_id"] == 1
    assert "qzkw" not in str(found)


@pytest.mark.parametrize("seeded", [False, True], ids=["empty", "seeded"])
def test_every_statement_runs(warehouse: Warehouse, seeded: bool) -> None:
    """Design: on an empty warehouse, and where somebody is meant who is not there."""
    values: Mapping[str, Any] = {
        **NOBODY,
        **({"contact_id": 4711, "hashes": [b"\1"], "keys": ["a@b.example.org"]} if seeded else {}),
    }
    with warehouse.transaction() as connection:
        for name in STATEMENTS:
            rows = list(statements.run(connection, f"story/{name}", **values))
            assert len(rows) == (1 if name == "erased" else 0), name


PEOPLE, ROWS = 4_000, 30_000
MANY = f"""
INSERT INTO contacts.mailing_list (name, created_at) VALUES ('News', now());
INSERT INTO sync.source (account, module) VALUES ('recruit_demo', 'Candidates');
INSERT INTO contacts.contact (email, email_key, created_at, updated_at)
    SELECT n || '@example.org', n || '@example.org', now(), now() FROM generate_series(1, {PEOPLE}) AS n;
INSERT INTO contacts.source_link (source_no, record_id, contact_id, email_key, linked_by_fetch)
    SELECT 1, contact_id, contact_id, email_key, 1 FROM contacts.contact;
INSERT INTO sync.ledger (fetch_started_at, fetch_id, record_no, source_no, record_id, outcome, contact_id, address_hash,
        changed, mapping_version)
    SELECT date '2026-11-02' + (n % 50), n % 50, n, 1, n % {PEOPLE}, 'duplicate', nullif(n % {PEOPLE}, 0),
        sha256((n % {PEOPLE})::text::bytea), false, 1
    FROM generate_series(1, {ROWS}) AS n;
ANALYZE contacts.contact, contacts.source_link, sync.ledger
"""


@pytest.mark.parametrize("name", ["outcomes", "last_outcomes"])
def test_the_ledger_is_read_by_its_indexes(desk: Desk, name: str) -> None:
    """OPS-3: by contact, by record and by hash of the address; no part of the ledger is read from end to end."""
    for statement in MANY.split(";\n"):
        desk.execute(statement)
    query = Path(sql_folder() / "story" / f"{name}.sql").read_text("utf-8")
    values = {"contact_id": 7, "hashes": [b"\1" * 32], "most": 100}
    with desk.warehouse.transaction() as connection:
        plan = "\n".join(connection.execute(text(f"EXPLAIN {query}"), values).scalars())
    assert "ledger_2026_11_contact_id_idx" in plan, plan
    assert "ledger_2026_11_record_id_idx" in plan, plan
    assert "ledger_2026_11_address_hash_idx" in plan, plan
    assert not re.search(r"Seq Scan on ledger_2026_1[12]", plan), plan  # months without a row have nothing to read
