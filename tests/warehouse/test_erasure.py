"""Erasing a person: what goes, what stays, and that nothing of it happens by halves."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import event, text

from contact_sync.config.loader import load_syncs
from contact_sync.core.email import hash_keys
from contact_sync.core.record_hash import STAND_IN_LENGTH, hash_records, stand_in
from contact_sync.errors import ConfigError
from contact_sync.paths import include_folder
from contact_sync.warehouse.database import Warehouse, open_warehouse
from contact_sync.warehouse.erasure import erase, preview, quotes
from contact_sync.warehouse.secrets import hash_key
from contact_sync.warehouse.suppressions import suppress
from tests.conftest import KEY, TEMPLATE, administer, database_url
from tests.one_pool import one_pool
from tests.stages.desk import Desk, record
from tests.test_architecture import PROJECT
from tests.warehouse.erasing_support import (
    ANN,
    BEN,
    CONVERTED,
    FORMER,
    OTHER_RECORD,
    PUSHED,
    RECORD,
    TRACES,
    everything,
    live_a_life,
    places,
)

WHY = "asked for it in writing"


@pytest.fixture
def desk(warehouse: Warehouse) -> Desk:
    """The daily example sync, without HTTP in front of it."""
    return daily(warehouse)


def daily(warehouse: Warehouse) -> Desk:
    return Desk(warehouse, load_syncs(include_folder(), only="candidates_daily").syncs["candidates_daily"])


@dataclass(frozen=True)
class Life:
    """A warehouse where Ann has lived her life, beside Ben; her contact id."""

    database: str
    contact_id: int


@pytest.fixture(scope="module")
def life(postgres_url: str) -> Iterator[Life]:
    """Lived once for all tests, each of which has a copy."""
    name = "a_life_lived"
    url = database_url(postgres_url, name)
    administer(postgres_url, f'CREATE DATABASE "{name}" TEMPLATE "{TEMPLATE}" STRATEGY FILE_COPY')
    with open_warehouse(url, os.environ.get("CONTACT_SYNC_KEY") or KEY).kept_open("contact-sync tests") as kept:
        contact_id = live_a_life(daily(one_pool(kept)))
    yield Life(name, contact_id)
    administer(postgres_url, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def warehouse_template(request: pytest.FixtureRequest) -> str:
    """Ann's life for the tests that know her contact id."""
    return request.getfixturevalue("life").database if "contact_id" in request.fixturenames else TEMPLATE


@pytest.fixture
def contact_id(life: Life) -> int:
    """Ann's, in a warehouse where she has lived her life."""
    return life.contact_id


def of_others(desk: Desk) -> list[dict[str, object]]:
    """What Ben has of everything."""
    tables = ("contacts.contact", "contacts.membership", "contacts.field_owner", "contacts.send", "contacts.response")
    queries = [
        f"SELECT to_jsonb(kept) AS row FROM {table} AS kept WHERE contact_id = "
        "(SELECT contact_id FROM contacts.contact WHERE email_key = :ben) ORDER BY 1"
        for table in tables
    ]
    queries += [
        "SELECT to_jsonb(link) AS row FROM contacts.source_link AS link WHERE record_id = '5'",
        "SELECT to_jsonb(seen) AS row FROM sync.ledger AS seen WHERE record_id = '5' ORDER BY fetch_id",
        "SELECT to_jsonb(taken) AS row FROM sync.taken_record AS taken WHERE record_id = '5' ORDER BY sync_no",
    ]
    return [dict(row["row"]) for query in queries for row in desk.rows(query.replace(":ben", f"'{BEN}'"))]


def test_nothing_of_the_person_is_left_in_any_table(desk: Desk, contact_id: int) -> None:
    """OPS-6: every column of every table is searched: all traces before, none after; others keep theirs."""
    before, others = places(desk.warehouse, TRACES), of_others(desk)
    assert before.keys() == set(TRACES)
    assert {
        "contacts.contact", "contacts.address_history", "contacts.source_link", "contacts.suppression",
        "contacts.bounce", "sync.field_change", "sync.push_ledger", "sync.outbox", "sync.withheld",
        "sync.conversion",
        "sync.removal", "sync.taken_record", "sync.suppressed_record", "sync.act", "sync.credit",
        "sync.ledger", "sync.event_set_aside", "staging.fetch_1", "staging.fetch_4", "staging.outcome_1",
        "staging.sighting_1", "staging.removal_1",
    } <= set.union(*before.values())  # fmt: skip
    erase(desk.warehouse, ANN, WHY, "maria")
    assert places(desk.warehouse, TRACES) == {}
    assert places(desk.warehouse, ["vinkqzkw", "qzkw"]) == {}
    assert of_others(desk) == others
    kept = desk.rows("SELECT * FROM contacts.contact WHERE contact_id = :id", id=contact_id)[0]
    assert (kept["email"], kept["first_name"], kept["fields"], kept["deleted_reason"]) == (None, None, {}, "erased")


@pytest.mark.usefixtures("contact_id")
def test_hashes_of_addresses_and_records_are_kept_and_nowhere_else(desk: Desk) -> None:
    """OPS-6: of every address and every source record, those of our own pushes and of conversions too; the ledger has
    no hash of the address any more.
    """
    secret = hash_key(desk.warehouse)
    expected = {("address", each) for each in hash_keys([ANN, FORMER], secret)}
    expected |= {
        ("record", each) for each in hash_records("recruit_demo", "Candidates", [RECORD, OTHER_RECORD], secret)
    }
    expected |= {("record", each) for each in hash_records("recruit_demo", "Contacts", [PUSHED, CONVERTED], secret)}
    erase(desk.warehouse, ANN, WHY, "maria")
    assert {(row["kind"], bytes(row["hash"])) for row in desk.rows("SELECT * FROM sync.erased")} == expected
    hashes = [each.hex() for kind, each in expected if kind == "address" and each]
    found = places(desk.warehouse, hashes)
    allowed = {
        "sync.erased",
        "contacts.suppression",
        *(name for name in everything(desk.warehouse) if "staging." in name),
    }
    assert set.union(*found.values()) <= allowed
    assert {len(stand_in(each)) for _, each in expected if each} == {STAND_IN_LENGTH}


def test_the_report_counts_rows_by_table_and_is_kept_with_the_act(desk: Desk, contact_id: int) -> None:
    """OPS-6: told before by a preview that writes nothing, then done; kept with who, when and why."""
    assert {contact_id, (desk.contact(BEN) or {})["contact_id"]} == {1, 2}
    before = everything(desk.warehouse)
    seen = preview(desk.warehouse, str(contact_id))
    assert everything(desk.warehouse) == before
    done = erase(desk.warehouse, str(contact_id), f" {WHY} ", "maria")
    assert (seen.removed, seen.addresses, seen.records) == (done.removed, done.addresses, done.records)
    assert (seen.applied, done.applied, done.contact_id, done.addresses, done.records) == (
        False,
        True,
        contact_id,
        2,
        4,
    )
    assert done.removed == {
        "contacts.contact": 1, "contacts.membership": 1, "contacts.address_history": 2, "contacts.source_link": 2,
        "contacts.field_owner": 5, "contacts.suppression": 2, "contacts.bounce": 1, "contacts.response": 1,
        "contacts.send": 1, "sync.push_ledger": 1, "sync.status_push": 1, "sync.outbox": 1,
        "sync.field_change": 2, "sync.ledger": 3, "sync.taken_record": 2,
        "sync.conversion": 1, "sync.removal": 1, "sync.withheld": 1, "sync.credit": 1, "sync.suppressed_record": 1,
        "sync.event_set_aside": 2,
        "staging.fetch": 5, "staging.outcome": 3, "staging.sighting": 1, "staging.removal": 1,
        "reasons of sync.act": 2, "reasons of contacts.suppression": 2,
    }  # fmt: skip
    act = desk.rows("SELECT who, reason, contact_id, detail FROM sync.act WHERE kind = 'erase'")
    assert [dict(row) for row in act] == [
        {"who": "maria", "reason": WHY, "contact_id": contact_id, "detail": {"removed": done.removed}}
    ]
    assert desk.rows("SELECT state FROM sync.removal")[0]["state"] == "dropped"


@pytest.mark.parametrize("named", ["former address", "upper case", "contact id"])
def test_a_person_is_named_by_any_address_or_by_id(desk: Desk, contact_id: int, named: str) -> None:
    """OPS-6: whatever names the person, all of the person goes."""
    desk.execute("DELETE FROM contacts.address_history WHERE contact_id <> :ann", ann=contact_id)
    given = {"former address": FORMER, "upper case": f" {ANN.upper()} ", "contact id": str(contact_id)}[named]
    assert erase(desk.warehouse, given, WHY, "maria").contact_id == contact_id
    assert places(desk.warehouse, TRACES) == {}


def test_a_former_address_of_several_names_nobody(desk: Desk, contact_id: int) -> None:
    """OPS-6: what cannot be undone is not guessed: the contact id decides, and nothing was done."""
    assert {contact_id, (desk.contact(BEN) or {})["contact_id"]} == {1, 2}
    before = everything(desk.warehouse)
    with pytest.raises(ConfigError, match=r"contacts 1, 2 had it before: give the contact id") as told:
        erase(desk.warehouse, FORMER, WHY, "maria")
    assert FORMER not in str(told.value)
    assert everything(desk.warehouse) == before
    assert erase(desk.warehouse, str(contact_id), WHY, "maria").applied


def test_somebody_who_never_was_a_contact(desk: Desk) -> None:
    """OPS-6: ignored people have left traces, too: staged rows, ledger, suppression, bounces."""
    suppress(desk.warehouse, [ANN], "blocked", f"{ANN} rang", "otto")
    desk.execute("INSERT INTO contacts.bounce (email_key, last_event_at) VALUES (:ann, now())", ann=ANN)
    desk.take(record(RECORD, ANN, First_Name="Annekeqzkw", Experience_in_Years="qzkw years"), record("5", BEN))
    done = erase(desk.warehouse, ANN, WHY, "maria")
    assert (done.contact_id, done.addresses, done.records) == (None, 1, 1)
    assert done.removed == {
        "contacts.suppression": 1, "contacts.bounce": 1, "sync.suppressed_record": 1, "sync.ledger": 1,
        "staging.fetch": 1, "staging.outcome": 1,
        "reasons of contacts.suppression": 1,
    }  # fmt: skip
    assert places(desk.warehouse, [ANN, RECORD, "qzkw"]) == {}
    assert [row["kind"] for row in desk.rows("SELECT kind FROM contacts.suppression ORDER BY 1")] == [
        "blocked",
        "erased",
    ]


def test_a_second_time_nothing_is_left_to_erase(desk: Desk, contact_id: int) -> None:
    """OPS-6: no second act; what came since by the same address is taken away."""
    erase(desk.warehouse, ANN, WHY, "maria")
    before = everything(desk.warehouse)
    for person in (ANN, str(contact_id)):
        again = erase(desk.warehouse, person, WHY, "maria")
        assert (again.before, again.applied, again.removed) == (True, False, {})
    assert everything(desk.warehouse) == before
    suppress(desk.warehouse, [ANN], "registry", "on the list", "otto")
    assert places(desk.warehouse, [ANN]) == {ANN: {"contacts.suppression"}}
    assert erase(desk.warehouse, ANN, WHY, "maria").removed == {"contacts.suppression": 1}
    assert places(desk.warehouse, [ANN]) == {}
    assert len(desk.rows("SELECT FROM contacts.suppression WHERE kind = 'erased'")) == 1


def test_what_belongs_to_somebody_else_by_now_stays(desk: Desk) -> None:
    """OPS-6, OUT-13: a former address that another person has, and a record that is linked to another, are theirs."""
    desk.take(record("1", ANN))
    desk.take(record("1", "ann.new@mail.example.org"))
    desk.take(record("2", ANN, First_Name="Zoe"), record("3", "ann.new@mail.example.org"))
    desk.take(record("3", ANN))
    owner = desk.contact(ANN)
    erase(desk.warehouse, "ann.new@mail.example.org", WHY, "maria")
    assert desk.contact(ANN) == owner
    assert desk.mailable() == {ANN}
    linked = desk.rows("SELECT record_id FROM contacts.source_link ORDER BY 1")
    assert [row["record_id"] for row in linked] == ["2", "3"]
    outcomes = desk.take(record("2", ANN, City="Ulm"), record("3", ANN, modified=-5))
    assert {key: (value.outcome, value.reason) for key, value in outcomes.items()} == {
        "2": ("duplicate", "in_list"),
        "3": ("ignored", "file_duplicate"),
    }


def test_a_record_that_once_was_somebody_else_s_leaves_no_trace_with_them(desk: Desk) -> None:
    """OPS-6, OUT-13: its id goes from what is kept of the contact that it was before a clash; that contact stays."""
    desk.take(record(RECORD, "ben.old@mail.example.org", Last_Name="Lee"), record("5", ANN))
    desk.take(record(RECORD, BEN, modified=1, Last_Name="Lee"))
    desk.execute(
        "INSERT INTO sync.removal (fetch_id, sync_no, list_id, contact_id, source_no, record_id, reason, reach, state, "
        "status_before, decided_at, decided_by) SELECT 2, 1, 1, contact_id, 1, :record, 'opted_out', 'list', "
        "'withheld', 'subscribed', now(), 'otto' FROM contacts.contact WHERE email_key = :ben",
        record=RECORD,
        ben=BEN,
    )
    desk.take(record(RECORD, ANN, modified=2, Last_Name="Lee"))
    assert {"sync.removal", "sync.field_change"} <= places(desk.warehouse, [RECORD])[RECORD]
    erase(desk.warehouse, ANN, WHY, "maria")
    assert places(desk.warehouse, [RECORD, ANN]) == {}
    assert [row["state"] for row in desk.rows("SELECT state FROM sync.removal")] == ["withheld"]
    assert desk.mailable() == {BEN}


@pytest.mark.usefixtures("contact_id")
def test_mistakes_write_nothing(desk: Desk) -> None:
    """OPS-6: told without an address."""
    before = everything(desk.warehouse)
    nobody, quoted = "nothing that is kept knows it, so there is nothing to erase.", "--reason quotes the person"
    mistakes = {
        ("99", WHY): "there is no contact 99.",
        ("9" * 30, WHY): f"there is no contact {'9' * 30}.",
        ("ann", WHY): "PERSON is neither a contact id (digits only) nor an e-mail address.",
        ("zoe@mail.example.org", WHY): nobody,
        (ANN, f"{ANN.upper()} wrote"): quoted,
        (ANN, f"wrote from {FORMER}"): quoted,
        (ANN, "a mail of Mrs. vinkqzkw"): quoted,
        (ANN, " "): "--reason is empty",
    }
    for (person, reason), message in mistakes.items():
        with pytest.raises(ConfigError) as told:
            erase(desk.warehouse, person, reason, "maria")
        assert message in str(told.value)
        assert "@" not in str(told.value)
    assert everything(desk.warehouse) == before


def test_words_that_quote() -> None:
    """OPS-6: names as words of their own, in any case; what merely contains them is none."""
    assert quotes("Mrs ANN rang", ["Ann"])
    assert not quotes("planned by Joanne", ["Ann"])
    assert quotes("<ann@x.example>", ["ann@x.example"])
    assert not quotes("anything", [" "])


class Killed(Exception):
    """The end of the process, as far as its transaction is concerned."""


@pytest.fixture
def statements_before_the_end(warehouse: Warehouse) -> Iterator[list[int]]:
    """How many statements may still run: the next one raises Killed. Empty: all."""
    left: list[int] = []

    def count(*_: object) -> None:
        if left:
            left[0] -= 1
            if left[0] < 0:
                raise Killed

    event.listen(warehouse.engine, "before_cursor_execute", count)
    yield left
    event.remove(warehouse.engine, "before_cursor_execute", count)


@pytest.mark.usefixtures("contact_id")
def test_broken_off_anywhere_nothing_has_happened(desk: Desk, statements_before_the_end: list[int]) -> None:
    """OPS-6, OPS-4: one transaction: whatever statement it ends at, every table is as before; then it goes through."""
    before = everything(desk.warehouse)
    number = 0
    while True:
        statements_before_the_end[:] = [number]
        try:
            erase(desk.warehouse, ANN, WHY, "maria")
            break
        except Killed:
            statements_before_the_end.clear()
            if number % 7 == 0:
                assert everything(desk.warehouse) == before
            number += 1
    statements_before_the_end.clear()
    assert number > 40
    assert places(desk.warehouse, TRACES) == {}


@pytest.mark.usefixtures("contact_id")
def test_killed_in_the_middle(desk: Desk, warehouse_url: str) -> None:
    """OPS-6, OPS-4: SIGKILL of the command when most of it is done, held up at the last table: nothing has happened."""
    before = everything(desk.warehouse)
    environment = {**os.environ, "CONTACT_SYNC_WAREHOUSE_URL": warehouse_url, "PYTHONPATH": str(PROJECT / "plugins")}
    arguments = [sys.executable, "-m", "contact_sync", "erase", "-", "--yes", "--reason", WHY]
    with desk.warehouse.engine.begin() as holder:
        holder.execute(text("LOCK TABLE sync.credit IN EXCLUSIVE MODE"))
        command = subprocess.Popen(arguments, env=environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        assert command.stdin is not None
        command.stdin.write(f"{ANN}\n".encode())
        command.stdin.close()
        eventually(lambda: bool(desk.rows(_HELD_UP)))
        command.kill()
        assert command.wait(30) == -signal.SIGKILL
        eventually(lambda: not desk.rows(_HELD_UP))
    assert everything(desk.warehouse) == before
    assert erase(desk.warehouse, ANN, WHY, "maria").applied
    assert places(desk.warehouse, TRACES) == {}


def eventually(true: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until something is true."""
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it never came to that"
        time.sleep(0.1)


_HELD_UP = """
SELECT FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock' AND application_name = 'contact-sync command line'
"""
