"""What an erasure takes out of each table, and out of the staging tables of every fetch (OPS-6).

Works on the transaction's tables erasing_address and erasing_record, which `warehouse.erasure` fills. Rows that others
refer to are blanked, all others deleted; staged rows stay, because each batch is compared with its seal.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import psycopg
from psycopg import sql
from sqlalchemy import Connection

from contact_sync.warehouse import statements

TABLES = {
    "contacts.contact": "contact",
    "contacts.membership": "memberships",
    "contacts.address_history": "address_history",
    "contacts.source_link": "source_links",
    "contacts.field_owner": "field_owners",
    "contacts.suppression": "suppressions",
    "contacts.bounce": "bounces",
    "sync.push_ledger": "pushes",
    "sync.outbox": "outbox",
    "sync.status_push": "statuses",
    "contacts.response": "responses",
    "contacts.send": "sends",
    "contacts.campaign": "campaigns",
    "sync.event_set_aside": "events_set_aside",
    "sync.field_change": "field_changes",
    "sync.ledger": "ledger",
    "sync.taken_record": "pairs",
    "sync.suppressed_record": "suppressed_records",
    "sync.conversion": "conversions",
    "sync.removal": "removals",
    "sync.withheld": "withheld",
    "sync.credit": "calls",
}
"""Table → the statement of include/sql/erasure that takes the person out of it; responses after what refers to them."""
OF_CONTACT = frozenset(
    {"contact", "memberships", "address_history", "source_links", "field_owners", "pushes", "outbox", "statuses",
     "responses", "sends", "field_changes", "ledger", "conversions", "removals"}
)  # fmt: skip
"""Those of them that ask for the contact."""


class Staged(NamedTuple):
    """A staging table: `staging.<kind>_<fetch_id>`."""

    kind: str
    fetch_id: int
    source_no: int


def hold_staging(connection: Connection) -> list[Staged]:
    """The staging tables there are; their fetches are held until the transaction ends."""
    list(statements.run(connection, "erasure/hold_staged"))
    return [
        Staged(row.kind, row.fetch_id, row.source_no) for row in statements.run(connection, "erasure/staged_tables")
    ]


def find_staged(connection: Connection, staged: list[Staged]) -> None:
    """Note the records that were staged with one of the addresses."""
    for table in staged:
        if table.kind == "fetch":
            with _as(connection, table, "batch"):
                statements.run(connection, "erasure/find_staged", source_no=table.source_no)


def remove(connection: Connection, contact_id: int | None, staged: list[Staged]) -> dict[str, int]:
    """Take the person out of every table; rows deleted or blanked by table, where there are any."""
    removed: Counter[str] = Counter()
    for table, name in TABLES.items():
        values = {"contact_id": contact_id} if name in OF_CONTACT else {}
        removed[table] = statements.run(connection, f"erasure/{name}", **values).rowcount
    removed["contacts.source_link"] += statements.run(connection, "erasure/links_of_others").rowcount
    for each in staged:
        removed[f"staging.{each.kind}"] += _remove_staged(connection, each, contact_id)
    return {table: rows for table, rows in removed.items() if rows}


def _remove_staged(connection: Connection, table: Staged, contact_id: int | None) -> int:
    with _as(connection, table, "batch" if table.kind == "fetch" else "staged"):
        if table.kind == "fetch":
            statements.run(connection, "erasure/staged_hash", source_no=table.source_no)
            return statements.run(connection, "classify/erased", source_no=table.source_no).rowcount
        values = {"contact_id": contact_id} if table.kind == "outcome" else {}
        return statements.run(connection, f"erasure/staged_{table.kind}", source_no=table.source_no, **values).rowcount


@contextmanager
def _as(connection: Connection, table: Staged, name: str) -> Iterator[None]:
    """Let statements reach a staging table by a fixed name."""
    view = sql.Identifier("pg_temp", name)
    below = sql.Identifier("staging", f"{table.kind}_{table.fetch_id}")
    _define(connection, sql.SQL("CREATE TEMPORARY VIEW {} AS SELECT * FROM {}").format(sql.Identifier(name), below))
    yield
    _define(connection, sql.SQL("DROP VIEW {}").format(view))


def _define(connection: Connection, statement: sql.Composed) -> None:
    """DDL, which takes identifiers, goes to the driver directly."""
    driver = connection.connection.driver_connection
    if not isinstance(driver, psycopg.Connection):
        raise TypeError(f"the warehouse needs psycopg, not {type(driver).__name__}")
    driver.execute(statement)
