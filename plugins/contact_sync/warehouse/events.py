"""Campaigns, sends and responses become true: staged by COPY, then written set by set (CAMP-1, include/sql/events).

One transaction under the organisation's row: responses with the bounces, unsubscribes and complaints that they mean, so
that nobody is mailed in between. Nothing here lifts a suppression. Rows whose campaign or person is not there yet wait
in sync.event_set_aside; every import tries them again, and so does every load for the people it brought.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Connection, text

from contact_sync.core.email import hash_keys
from contact_sync.errors import Unavailable
from contact_sync.warehouse import copy_text, organisation, statements
from contact_sync.warehouse.database import Warehouse
from contact_sync.warehouse.secrets import hash_key

JSON_COLUMNS = frozenset({"raw", "lists", "other_hashes"})
PLANNED_BY = ("kind", "reason", "campaign", "email_key", "response", "address_hash")
_EXAMPLES = 5
_CHANGES = ("bounce", "suppress", "unsubscribe")
"""Statements by whose rows people's standing changes."""
_ANYBODY_ERASED = text("SELECT EXISTS (SELECT FROM sync.erased)")
_ANY_WAITING = text(
    "SELECT EXISTS (SELECT FROM sync.event_set_aside WHERE reason IN ('unknown_campaign', 'unknown_contact'))"
)


@dataclass
class Written:
    """What became of the staged rows. By kind (campaign, send, response, unknown): read = new + known + set_aside.

    set_aside: (kind, reason) → rows. settled: rows set aside earlier that were written now. examples: file, line and
    sentence of some rows of each reason.
    """

    read: Counter[str] = field(default_factory=Counter)
    new: Counter[str] = field(default_factory=Counter)
    known: Counter[str] = field(default_factory=Counter)
    set_aside: Counter[tuple[str, str]] = field(default_factory=Counter)
    settled: int = 0
    effects: dict[str, int] = field(default_factory=dict)
    examples: list[tuple[str, str, int, str]] = field(default_factory=list)


def erased_secret(warehouse: Warehouse) -> bytes | None:
    """What hashes addresses, so that erased people stay unknown (OPS-6); None while nobody is erased.

    Raises ConfigError without CONTACT_SYNC_KEY once anybody is.
    """
    with warehouse.transaction() as connection:
        anybody = connection.execute(_ANYBODY_ERASED).scalar_one()
    return hash_key(warehouse) if anybody else None


def stage(connection: Connection) -> None:
    """An empty table for the rows of this transaction."""
    statements.run(connection, "events/staged")


def copy(
    connection: Connection, columns: Mapping[str, Sequence[Any]], file: str, first_row: int, secret: bytes | None
) -> None:
    """Add rows by COPY, from columns of equal length; they are numbered from `first_row`."""
    size = len(columns["line"])
    rows = {**columns, "file": [file] * size, "row_no": range(first_row, first_row + size)}
    others = rows.pop("other_keys", ())
    if secret:
        rows["address_hash"] = hash_keys(rows.get("email_key", [None] * size), secret)
        rows["other_hashes"] = [_hex(keys, secret) for keys in others] or [None] * size
    given = copy_text.columns_given(rows)
    names = sql.SQL(", ").join(map(sql.Identifier, given))
    statement = sql.SQL("COPY pg_temp.event_row ({}) FROM STDIN").format(names)
    with _driver(connection).cursor() as cursor, cursor.copy(statement) as stream:
        for piece in copy_text.lines(given, JSON_COLUMNS):
            stream.write(piece)


def _hex(keys: Sequence[str] | None, secret: bytes) -> list[str] | None:
    return keys and [(each or b"").hex() for each in hash_keys(keys, secret)]  # type: ignore[return-value]


def write(connection: Connection, unsubscribe_scope: str, secret: bytes | None) -> Written:
    """Take the organisation and write the staged rows, then what waited for them. Raises Unavailable if somebody was
    erased meanwhile: the next try knows of it.
    """
    _analyse(connection, "event_row", PLANNED_BY)
    organisation.lock(connection)
    if connection.execute(_ANYBODY_ERASED).scalar_one():
        if secret is None:
            raise Unavailable("Somebody was erased while the files were read. Nothing was imported: run it again.")
        statements.run(connection, "events/erased")
    done = Written()
    statements.run(connection, "events/mended")
    done.effects["lists"] = statements.run(connection, "events/mailing_list").rowcount
    done.new["campaign"] = statements.run(connection, "events/campaign").rowcount
    statements.run(connection, "events/campaign_list")
    _resolve_and_write(connection, unsubscribe_scope, done)
    statements.run(connection, "events/set_aside")
    for row in statements.run(connection, "events/counts"):
        if row.reason:
            done.set_aside[row.kind, row.reason] += row.rows
        done.read[row.kind] += row.rows
    for kind in done.read:
        aside = sum(rows for (of, _), rows in done.set_aside.items() if of == kind)
        done.known[kind] = done.read[kind] - aside - done.new[kind]
    done.examples = [tuple(row) for row in statements.run(connection, "events/examples", most=_EXAMPLES)]
    return done


def settle_waiting(connection: Connection, unsubscribe_scope: str) -> int:
    """Write what waited for people who are there by now, under the lock that the caller holds; rows that changed
    anybody's standing.

    Costs one look where nothing waits.
    """
    if not connection.execute(_ANY_WAITING).scalar_one():
        return 0
    stage(connection)
    done = Written()
    _resolve_and_write(connection, unsubscribe_scope, done)
    return sum(done.effects[name] for name in _CHANGES)


def _resolve_and_write(connection: Connection, unsubscribe_scope: str, done: Written) -> None:
    """The staged rows and those that waited, once their campaign and person are known."""
    statements.run(connection, "events/resolved")
    _analyse(connection, "event", ("kind", "campaign_id", "contact_id"))
    done.effects["bounce"] = statements.run(connection, "events/bounce").rowcount
    for retried in (False, True):
        sent = statements.run(connection, "events/send", retried=retried).rowcount
        responded = statements.run(connection, "events/response", retried=retried).rowcount
        if not retried:
            done.new["send"], done.new["response"] = sent, responded
    scope = {"unsubscribe_scope": unsubscribe_scope}
    done.effects["suppress"] = statements.run(connection, "events/suppress", **scope).rowcount
    done.effects["unsubscribe"] = statements.run(connection, "events/unsubscribe").rowcount
    done.settled = statements.run(connection, "events/settled").rowcount
    statements.run(connection, "events/still_waiting")
    if any(done.effects[name] for name in _CHANGES):
        organisation.note_change(connection)


def _analyse(connection: Connection, table: str, columns: Sequence[str]) -> None:
    """Unanalysed, a table of the transaction counts as hundreds of rows, and joins with it become quadratic."""
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    _driver(connection).execute(sql.SQL("ANALYZE {} ({})").format(sql.Identifier("pg_temp", table), names))


def _driver(connection: Connection) -> "psycopg.Connection[Any]":
    """The psycopg connection below, in the same transaction: for COPY, and for what takes identifiers."""
    driver = connection.connection.driver_connection
    if not isinstance(driver, psycopg.Connection):
        raise TypeError(f"the warehouse needs psycopg, not {type(driver).__name__}")
    return driver
