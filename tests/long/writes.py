"""A process of its own that carries out one stage and is killed at a given write.

Every write of the process is an event with a number: each statement that is not a pure read, each COPY, each commit of
a transaction that wrote, and each call that is no GET. They are found where they pass: in psycopg and in requests,
so a new statement is covered without being named; a read that writes after all (by a function) is told by Postgres.
The process kills itself (SIGKILL) before the event of that number; "after the last" is the number of events plus one.
One server imports everything once and forks a child per case.
"""

import json
import os
import re
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

import psycopg
import requests
from psycopg import sql

import tests.airflow_home  # noqa: F401 - before anything imports airflow
from contact_sync.config.loader import load_syncs
from contact_sync.config.options import Options
from contact_sync.config.resolved import ResolvedSync
from contact_sync.core.run import RunInfo, RunType
from contact_sync.paths import include_folder
from contact_sync.stages.classify import classify
from contact_sync.stages.load import load
from contact_sync.stages.push import push
from contact_sync.stages.validate import validate
from contact_sync.warehouse.database import open_warehouse
from tests.stages.test_plan_limit import limited
from tests.stages.world import World

STAGES = ("extract", "validate", "classify", "load", "push")
DAILY = "candidates_daily"
BLOCKED_MEANWHILE = "added0@mail.example.org"
_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_READS = ("SELECT", "SHOW", "SET", "BEGIN", "TABLE", "VALUES", "EXPLAIN")
_CHANGES = re.compile(r"\b(INSERT INTO|UPDATE|DELETE FROM|MERGE INTO|setval)\b", re.IGNORECASE)
_WROTE = b"SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) > 0 FROM pg_catalog.pg_stat_xact_all_tables"
UNSEEN = "a statement that looked like a read wrote"


@dataclass(frozen=True)
class Event:
    """One write: what it was, and the name of the connection that made it (empty for a call to Zoho)."""

    what: str
    by: str


def writes(statement: str) -> bool:
    """Whether a statement may change anything; SELECT … FOR UPDATE locks, but changes nothing."""
    bare = _COMMENT.sub(" ", statement).strip()
    first = bare.split(None, 1)[0].upper() if bare else "SELECT"
    if first == "WITH":
        return bool(_CHANGES.search(bare))
    return first not in _READS


def as_told(statement: str) -> str:
    """The beginning of a statement in one line, without comments."""
    return " ".join(_COMMENT.sub(" ", statement).split())[:160]


@dataclass
class Counter:
    """Numbers the writes of this process, and ends it before number `fatal` (0: never)."""

    fatal: int
    events: list[Event] = field(default_factory=list)
    dirty: set[int] = field(default_factory=set)
    paused: bool = False

    def note(self, what: str, by: str) -> None:
        if self.paused:
            return
        self.events.append(Event(as_told(what), by))
        if len(self.events) == self.fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    def statement(self, connection: "psycopg.Connection[Any]", query: Any) -> None:
        told = _text(query, connection)
        if writes(told):
            self.note(told, connection.info.get_parameters().get("application_name", ""))
            self.dirty.add(id(connection))

    def commit(self, connection: "psycopg.Connection[Any]") -> None:
        by = connection.info.get_parameters().get("application_name", "")
        if id(connection) in self.dirty:
            self.note("COMMIT", by)
            self.dirty.discard(id(connection))
        elif _wrote(connection):
            self.note(UNSEEN, by)

    def end(self) -> None:
        """The moment after the last write."""
        if self.fatal == len(self.events) + 1:
            os.kill(os.getpid(), signal.SIGKILL)


def _wrote(connection: "psycopg.Connection[Any]") -> bool:
    """Whether the open transaction changed a row of any table, catalogues among them; a lock on a row is no change."""
    if connection.info.transaction_status != psycopg.pq.TransactionStatus.INTRANS:
        return False
    return connection.pgconn.exec_(_WROTE).get_value(0, 0) == b"t"


def _text(query: Any, connection: "psycopg.Connection[Any]") -> str:
    if isinstance(query, sql.Composable):
        return query.as_string(connection)
    return query.decode() if isinstance(query, bytes) else str(query)


def watch(counter: Counter) -> None:
    """Let every write of this process pass the counter, whichever connection or cursor makes it."""
    execute, many, copy = psycopg.Cursor.execute, psycopg.Cursor.executemany, psycopg.Cursor.copy
    commit, rollback = psycopg.Connection.commit, psycopg.Connection.rollback
    request: Callable[..., Any] = requests.Session.request

    def counted_execute(self: Any, query: Any, *given: Any, **named: Any) -> Any:
        counter.statement(self.connection, query)
        return execute(self, query, *given, **named)

    def counted_many(self: Any, query: Any, *given: Any, **named: Any) -> Any:
        counter.statement(self.connection, query)
        return many(self, query, *given, **named)

    @contextmanager
    def counted_copy(self: Any, statement: Any, *given: Any, **named: Any) -> Iterator[Any]:
        counter.statement(self.connection, statement)
        with copy(self, statement, *given, **named) as stream:
            yield stream

    def counted_commit(self: Any) -> None:
        counter.commit(self)
        commit(self)

    def counted_rollback(self: Any) -> None:
        counter.dirty.discard(id(self))
        rollback(self)

    def counted_request(self: Any, method: str, url: str, *given: Any, **named: Any) -> Any:
        if method.upper() != "GET":
            counter.note(f"{method.upper()} {urlsplit(url).path}", "")
        return request(self, method, url, *given, **named)

    replacements: dict[Any, dict[str, Any]] = {
        psycopg.Cursor: {"execute": counted_execute, "executemany": counted_many, "copy": counted_copy},
        psycopg.Connection: {"commit": counted_commit, "rollback": counted_rollback},
        requests.Session: {"request": counted_request},
    }
    for owner, replaced in replacements.items():
        for name, function in replaced.items():
            setattr(owner, name, function)


def as_played(sync: ResolvedSync, limit: int | None) -> ResolvedSync:
    """The sync with all that makes its stages write: people deleted at the source leave, and the plan has an end."""
    return limited(sync, limit).model_copy(update={"options": Options(deleted="remove_from_list")})


def run_of(case: dict[str, Any]) -> RunInfo:
    """The run of a case: the same in every process."""
    at = datetime.fromisoformat(case["at"])
    return RunInfo(DAILY, case["run_id"], RunType.MANUAL, at, at)


def meddle(world: World, counter: Counter) -> None:
    """Between classify and load somebody is blocked who is about to be added: load has to decide again (OUT-11)."""
    counter.paused = True
    world.execute(
        "INSERT INTO contacts.suppression (kind, email_key, origin, reason, created_by, created_at) "
        "SELECT 'blocked', :address, 'command', 'asked', 'test', '2026-11-20T08:00Z' "
        "WHERE NOT EXISTS (SELECT FROM contacts.suppression WHERE email_key = :address)",
        address=BLOCKED_MEANWHILE,
    )
    counter.paused = False


def carry_out(case: dict[str, Any], syncs: dict[str, ResolvedSync]) -> list[Event]:
    """The stages of a case, one after the other; their writes."""
    counter = Counter(case["fatal"])
    watch(counter)
    world = World(case["source"], open_warehouse(case["url"], case["key"], "contact-sync tests"), syncs)
    run = run_of(case)
    for stage in case["stages"]:
        if stage == "extract":
            world.extract(run, as_played(syncs[DAILY], case["limit"]))
        elif stage == "push":
            with patch("contact_sync.stages.push_delivery.MOST_RECORDS_A_WRITE", 1):  # a call for each of them
                push(run, world.client, world.warehouse, run.started_at)
        else:
            if stage == "load":
                meddle(world, counter)
            {"validate": validate, "classify": classify, "load": load}[stage](run, world.warehouse)
    counter.end()
    return counter.events


def _child(case: dict[str, Any], syncs: dict[str, ResolvedSync], answer: int) -> None:
    try:
        events = carry_out(case, syncs)
        told: dict[str, Any] = {"events": [[event.what, event.by] for event in events]}
    except BaseException:
        told = {"error": traceback.format_exc()}
    with os.fdopen(answer, "w") as out:
        json.dump(told, out)


def serve() -> None:
    """Answer cases, one a line, until the input ends."""
    import contact_sync.validation.engine  # noqa: F401 - once, not in every child

    syncs = dict(load_syncs(include_folder()).syncs)
    print("ready", flush=True)
    for line in sys.stdin:
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            _child(json.loads(line), syncs, writing)
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as answer:
            told = answer.read()
        _, status = os.waitpid(child, 0)
        killed = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        print(json.dumps({"signal": killed, **(json.loads(told) if told else {})}), flush=True)


if __name__ == "__main__":
    serve()
