"""A stage's process is killed before and after everything that it writes; run again, it ends as if nothing had been.

What is written is found by watching psycopg and requests (see writes.py), so a new statement is covered unasked. Each
case begins from a copy of the warehouse as it stood before that stage; the retry and the later stages follow it.
"""

import json
import os
import subprocess
import sys
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any
from unittest.mock import patch

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import text
from sqlalchemy.engine import make_url

from contact_sync.config.loader import load_syncs
from contact_sync.paths import include_folder, sql_folder
from contact_sync.warehouse.database import Warehouse, open_warehouse
from include.sandbox.server import Sandbox, running
from tests.conftest import KEY, TEMPLATE, database_url
from tests.faults.conftest import MOMENT
from tests.long.writes import DAILY, STAGES, UNSEEN, as_played, as_told, writes
from tests.stages import snapshot as kept
from tests.stages.snapshot import differences, snapshot
from tests.stages.test_push import add_member, opened
from tests.stages.world import World

PROJECT = Path(__file__).resolve().parents[2]
PEOPLE = 60
ROOM_AT_FIRST = 40
"""Contacts that the plan has room for in the first run: fewer than there are, so that records wait for the second."""
NEW_AT_SECOND = 4
"""Room that the second run has beside that for those who wait: fewer than are added."""
LATER = MOMENT + timedelta(hours=2)
UNSURE = {"sync.push_ledger": {"outcome"}}
"""What may differ beside the columns of snapshot.py: Recruit says `updated` of whom the killed call has inserted."""
BOOKED = "WITH drawn AS ("
"""How the statement begins that books a call and draws its cost from what was reserved."""
NAMED_BY_TASK = (
    BOOKED,
    "INSERT INTO sync.token",
    "UPDATE sync.token",
    "UPDATE sync.fetch SET attempt",
    # what opens a fetch, which has no number before it
    "INSERT INTO sync.sync ",
    "INSERT INTO sync.source ",
    "INSERT INTO contacts.mailing_list ",
    "INSERT INTO sync.config_version ",
    "INSERT INTO sync.fetch ",
    "INSERT INTO sync.place ",
    "UPDATE sync.initiation SET fetch_id",
)
Standing = dict[str, Counter[tuple[Any, ...]]]


@dataclass
class Bench:
    """The process that forks the stages, the server of the warehouses, the source."""

    server_url: str
    source: Sandbox
    process: "subprocess.Popen[str]"
    limit: int | None = None

    def ask(self, database: str, stages: list[str], fatal: int = 0) -> dict[str, Any]:
        """Carry stages out in a process of their own, killed before write number `fatal` (0: not)."""
        case = {
            "url": database_url(self.server_url, database),
            "key": key(),
            "source": self.source.url,
            "run_id": "the second run",
            "at": LATER.isoformat(),
            "limit": self.limit,
            "stages": stages,
            "fatal": fatal,
        }
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(case) + "\n")
        self.process.stdin.flush()
        return dict(json.loads(self.process.stdout.readline()))

    def warehouse(self, database: str) -> Warehouse:
        return open_warehouse(database_url(self.server_url, database), key(), "contact-sync tests")

    def copy(self, name: str, of: str) -> str:
        """A database of that name as a copy of another."""
        self.administer("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy", name, of)
        return name

    def drop(self, name: str) -> None:
        self.administer("DROP DATABASE {} WITH (FORCE)", name)

    def administer(self, statement: str, *names: str) -> None:
        url = make_url(self.server_url).set(drivername="postgresql", database="postgres").render_as_string(False)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def key() -> str:
    return os.environ.get("CONTACT_SYNC_KEY") or KEY


@pytest.fixture(scope="module")
def bench(postgres_url: str) -> Iterator[Bench]:
    path = os.pathsep.join([str(PROJECT), str(PROJECT / "plugins")])
    command = [sys.executable, "-m", "tests.long.writes"]
    with (
        running(
            candidates=PEOPLE,
            campaigns=2,
            modules=("Candidates", "Campaigns"),
            anchor=MOMENT - timedelta(hours=1),
            max_tokens=100_000,
        ) as source,
        subprocess.Popen(
            command,
            cwd=PROJECT,
            env={**os.environ, "PYTHONPATH": path, "CONTACT_SYNC_KEY": key()},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process,
    ):
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield Bench(postgres_url, source, process)
        assert process.stdin is not None
        process.stdin.close()


@dataclass
class Course:
    """An undisturbed run: a copy of the warehouse before each stage, the writes of each stage, and the end.

    vanished: a record that waits for room and that the source no longer has when the run begins.
    """

    before: dict[str, str]
    events: dict[str, list[list[str]]]
    end: Standing
    vanished: str


@pytest.fixture(scope="module")
def course(bench: Bench) -> Iterator[Course]:
    """The second run of a sync whose people changed in every way since the first."""
    database = bench.copy(f"course_{uuid.uuid4().hex[:8]}", TEMPLATE)
    syncs = load_syncs(include_folder()).syncs
    world = World(bench.source.url, bench.warehouse(database), syncs)
    source_at(world, MOMENT)
    assert (
        world.fetch(DAILY, as_played(syncs[DAILY], ROOM_AT_FIRST), at=MOMENT, run_id="the first run").status
        == "partial"
    )
    change_people(world)
    waiting = [
        row["record_id"] for row in world.rows("SELECT record_id FROM sync.withheld ORDER BY created_at, record_id")
    ]
    present = world.one("SELECT count(*) FROM contacts.contact WHERE deleted_at IS NULL")
    bench.limit = present + len(waiting) - 1 + NEW_AT_SECOND
    before, events = {}, {}
    for stage in STAGES:
        before[stage] = bench.copy(f"{database}_{stage}", database)
        prepare_source(world, waiting[0])
        told = bench.ask(database, [stage])
        assert "error" not in told, told["error"]
        events[stage] = told["events"]
    yield Course(before, events, standing(world.warehouse), waiting[0])
    for each in (*before.values(), database):
        bench.drop(each)


def source_at(world: World, moment: datetime) -> None:
    world.control("POST", "reset", {})
    world.control("POST", "clock", {"now": moment.isoformat()})


def change_people(world: World) -> None:
    """Members to push, somebody deleted here, somebody whose removal waits for an answer."""
    for name in ("one", "two"):
        opened(world, add_member(world, f"{name}@opened.example.org"))
    world.execute(
        "UPDATE contacts.contact SET deleted_at = now(), deleted_reason = 'test' "
        "FROM contacts.source_link AS link WHERE link.contact_id = contact.contact_id AND link.record_id = :id",
        id=plain_people(world)[3],
    )
    world.execute(
        "INSERT INTO sync.removal (fetch_id, sync_no, list_id, contact_id, source_no, record_id, reason, reach, state, "
        "status_before, decided_at, decided_by) SELECT fetch_id, sync_no, list_id, contact_id, source_no, record_id, "
        "'deleted', 'list', 'pending', 'subscribed', started_at, 'fetch 1' FROM sync.fetch "
        "JOIN contacts.source_link AS link USING (source_no) WHERE link.record_id = :id",
        id=plain_people(world)[4],
    )


def plain_people(world: World) -> list[str]:
    """Ids of records with nothing awkward about them."""
    return [kind["id"] for kind in world.kinds() if kind["kind"] == "plain" and kind["approved"]]


def prepare_source(world: World, vanished: str) -> None:
    """The source as it is at the second run: records changed, moved to another address, added, two deleted."""
    source_at(world, LATER - timedelta(minutes=30))
    changes: tuple[dict[str, Any], ...] = (
        {"City": "Atlantis"},
        {"Email": "moved@mail.example.org"},
        {"$converted": True},
        {"City": "Back again"},
    )
    deleted = plain_people(world)[5]
    world.control("POST", "records/Candidates/delete", {"ids": [vanished, deleted], "type": "permanent"})
    edits = [{"id": one, **change} for one, change in zip(plain_people(world), changes, strict=False)]
    world.control("POST", "records/Candidates", {"edits": edits})
    added = [{"Last_Name": f"Added {number}", "Email": f"added{number}@mail.example.org"} for number in range(9)]
    world.control("POST", "records/Candidates/add", {"records": added})
    world.control("POST", "clock", {"now": LATER.isoformat()})


def standing(warehouse: Warehouse) -> Standing:
    """Every table of contacts and sync, and which staging tables there are with how many rows."""
    unsure = {table: kept.VOLATILE[table] | columns for table, columns in UNSURE.items()}
    with patch.dict(kept.VOLATILE, unsure):
        found = snapshot(warehouse)
    with warehouse.engine.connect() as connection:
        names = connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'staging'")).scalars()
        found["staging"] = Counter(
            (name, connection.execute(text(f"SELECT count(*) FROM staging.{name}")).scalar_one()) for name in names
        )
    return found


def points(stage: str, events: list[list[str]]) -> list[list[int]]:
    """Numbers of the events to be killed before, gathered by what may share a copy of the warehouse.

    A kill within a transaction leaves nothing of it, so all of one share a copy, where an attempt that was killed does
    not shorten the next one as it does in extract (the fetch is open then) and push (people are pushed then). Of many
    calls booked one after the other the last one is enough. The last number is the moment after the last event.
    """
    texts = ["", *(what for what, _ in events), ""]
    # how many events before each one that are more than the booking of a call
    weight = list(accumulate(not text.startswith((BOOKED, "COMMIT")) for text in texts))
    keys = {(texts[number - 1], texts[number], weight[number]): number for number in range(1, len(texts))}
    wanted = list(keys.values())
    if stage in ("extract", "push"):
        return [[number] for number in wanted]
    groups: dict[int, list[int]] = {}
    for number in wanted:
        groups.setdefault(texts[:number].count("COMMIT"), []).append(number)
    return list(groups.values())


@pytest.mark.timeout(900)
@pytest.mark.parametrize("stage", STAGES)
def test_killed_before_and_after_every_write(bench: Bench, course: Course, stage: str) -> None:
    """OPS-4, PUSH-9: SIGKILL before and after each write of a stage; the retry ends as the undisturbed run did."""
    events = course.events[stage]
    assert events, "a stage that writes nothing cannot be its own task"
    later = [each for each in STAGES[STAGES.index(stage) :] if each in (stage, "classify", "load", "push")]
    wrong: dict[str, Any] = {}
    for numbers in points(stage, events):
        database = bench.copy(f"{course.before[stage]}_{numbers[0]}", course.before[stage])
        world = World(bench.source.url, bench.warehouse(database), {})
        prepare_source(world, course.vanished)
        for number in numbers:
            told = bench.ask(database, [stage], number)
            assert told["signal"] == 9, f"write {number} of {stage} was never reached: {told}"
            as_if_no_number_was_taken(world)
        told = bench.ask(database, later)
        found = told.get("error") or differences(course.end, standing(world.warehouse))
        if stage == "push" and not told.get("error") and lost_on_the_way(world):
            found = {}
        if found:
            wrong[f"{numbers[0]}, after {events[numbers[0] - 2][0] if numbers[0] > 1 else 'nothing'}"] = found
        bench.drop(database)
    assert wrong == {}


def lost_on_the_way(world: World) -> bool:
    """Whether the push was killed after it had noted that somebody, or a campaign, is on the way, and before the call:
    nobody can know that, so it is unknown, and not in Recruit (PUSH-9). Everybody else was pushed.
    """
    lost = [row["key"] for row in world.rows("SELECT key FROM sync.outbox WHERE state = 'unknown'")]
    others = [row["outcome"] for row in world.rows("SELECT outcome FROM sync.push_ledger WHERE reason IS NULL")]
    ids = ",".join(kind["id"] for kind in world.control("GET", "kinds/Campaigns"))
    campaigns = world.control("GET", f"records/Campaigns?ids={ids}")
    there = {kind["email"] for kind in world.kinds()} | {campaign["Campaign_Name"] for campaign in campaigns}
    return len(lost) == 1 and not there & set(lost) and len(others) == 2


def as_if_no_number_was_taken(world: World) -> None:
    """Sequences go back over what was rolled back: a gap is no difference. The next attempt asks for its own token."""
    owned = world.rows(
        "SELECT format('%s', sequence.oid::regclass) AS sequence, format('%s', owner.oid::regclass) AS owner, attname "
        "FROM pg_class AS sequence JOIN pg_depend ON objid = sequence.oid AND deptype IN ('a', 'i') "
        "JOIN pg_class AS owner ON owner.oid = refobjid "
        "JOIN pg_attribute ON attrelid = refobjid AND attnum = refobjsubid "
        "WHERE sequence.relkind = 'S' AND attname <> 'contact_id'"
    )
    for row in owned:
        newest = f"(SELECT max({row['attname']}) FROM {row['owner']})"
        world.execute(f"SELECT setval('{row['sequence']}', coalesce({newest}, 1), {newest} IS NOT NULL)")
    world.execute("DELETE FROM sync.token")


def test_what_is_killed_covers_what_is_written(course: Course) -> None:
    """OPS-4: statements, DDL, COPY, commits and calls are among the points; nothing wrote unseen."""
    found = {stage: [what for what, _ in events] for stage, events in course.events.items()}
    for stage, kinds in {
        "extract": ("CREATE TABLE", "COPY", "ANALYZE", "COMMIT", BOOKED, "POST /oauth/v2/token"),
        "validate": ("UPDATE sync.fetch", "COMMIT"),
        "classify": ("CREATE OR REPLACE TEMPORARY VIEW", "INSERT INTO outcome", "WITH queue AS", "COMMIT"),
        "load": (
            "INSERT INTO outcome",
            "INSERT INTO contacts.contact",
            "INSERT INTO sync.watermark",
            "UPDATE sync.fetch",
            "COMMIT",
        ),
        "push": ("POST /recruit/v2/Candidates/upsert", "INSERT INTO sync.push_ledger", "COMMIT"),
    }.items():
        for kind in kinds:
            assert any(what.startswith(kind) for what in found[stage]), (stage, kind)
    assert UNSEEN not in [what for each in found.values() for what in each]


@pytest.mark.parametrize(
    "folder", ["fetch", "classify", "load", "withheld", "push", "registry", "campaigns", "statuses"]
)
def test_the_course_meets_every_writing_statement_of_the_stages(course: Course, folder: str) -> None:
    """OPS-4: a file that is added to the SQL of the stages is killed before and after as well, or fails here."""
    seen = {what.partition("%(")[0] for events in course.events.values() for what, _ in events}
    files = {file.stem: file.read_text(encoding="utf-8") for file in sorted((sql_folder() / folder).glob("*.sql"))}
    writing = {name: as_told(statement) for name, statement in files.items() if writes(statement)}
    assert writing
    missed = [name for name, told in writing.items() if not any(same(told, each) for each in seen)]
    assert missed == []


def same(told: str, seen: str) -> bool:
    """Whether a statement with :names is the one that was seen up to its first value, or as far as it is told."""
    until_value = told[: len(seen)]
    return len(until_value) > 20 and until_value == seen


def test_every_writing_connection_names_its_fetch(course: Course) -> None:
    """OPS-4: an operator finds the process behind a write by the name of its connection: fetch and stage."""
    unnamed = [
        (stage, what)
        for stage, events in course.events.items()
        for what, by in events
        if by != f"contact-sync fetch 2 {stage}"
        and what != "COMMIT"
        and not what.startswith(("POST", "PUT", *NAMED_BY_TASK))
    ]
    assert unnamed == []
