"""What a fetch sees of records beside its batch, before it is sealed: deletions, and flags of records out of scope.

Two fixed names hold for the transaction as later in `staging.bind`: the views batch and sighting. Nothing here decides
what becomes of anybody; a complete listing of ids is compared with what the sync once took, in SQL.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Connection

from contact_sync.warehouse import statements
from contact_sync.warehouse.fetches import Fetch

IDS_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Standing:
    """Up to when the sync has read its source before, by the source's clock, and which of its pairs' choices bind.

    binds_deleted, binds_opt_out: whether a record was taken under a choice that removes, whatever the file says now.
    """

    read_until: datetime
    binds_deleted: bool
    binds_opt_out: bool


def standing(connection: Connection, fetch: Fetch) -> Standing | None:
    """Where the sync of this fetch stands; None before its first successful fetch of this source."""
    row = statements.run(connection, "sighting/standing", sync_no=fetch.sync_no, source_no=fetch.source_no).one()
    return None if row.read_until is None else Standing(row.read_until, row.binds_deleted, row.binds_opt_out)


def add_from_batch(connection: Connection, fetch: Fetch) -> None:
    """See what the batch tells of records that are out of scope."""
    with _bound(connection, fetch):
        statements.run(connection, "sighting/from_batch", source_no=fetch.source_no)


def add_absent(connection: Connection, fetch: Fetch, ids: Sequence[int], *, with_batch: bool) -> None:
    """See as gone what the sync once took and a complete listing of ids lacks; as of when the fetch began.

    with_batch: the records of the batch are listed, too.
    """
    driver = _driver(connection)
    keys = {"sync_no": fetch.sync_no, "source_no": fetch.source_no, "at": fetch.started_at}
    with _bound(connection, fetch):
        driver.execute("CREATE TEMPORARY TABLE listed (record_id text) ON COMMIT DROP")
        with driver.cursor() as cursor, cursor.copy("COPY listed (record_id) FROM STDIN") as stream:
            for first in range(0, len(ids), IDS_AT_ONCE):
                stream.write("".join(f"{each}\n" for each in ids[first : first + IDS_AT_ONCE]))
        if with_batch:
            driver.execute("INSERT INTO listed SELECT record_id FROM batch")
        driver.execute("ANALYZE pg_temp.listed")
        statements.run(connection, "sighting/absent", **keys)


def settle(connection: Connection, fetch: Fetch, *, takes_unapproved: bool) -> int:
    """Leave one row a record, and none that tells nothing; how many are left."""
    keys = {"source_no": fetch.source_no, "takes_unapproved": takes_unapproved}
    with _bound(connection, fetch):
        rows = statements.run(connection, "sighting/settle", **keys).rowcount
    _driver(connection).execute(sql.SQL("ANALYZE {}").format(sql.Identifier("staging", f"sighting_{fetch.fetch_id}")))
    return rows


@contextmanager
def _bound(connection: Connection, fetch: Fetch) -> Iterator[None]:
    """The fixed names for a statement. A view that stayed would keep others from dropping its table."""
    for name, table in (("batch", f"fetch_{fetch.fetch_id}"), ("sighting", f"sighting_{fetch.fetch_id}")):
        view = sql.SQL("CREATE OR REPLACE TEMPORARY VIEW {} AS SELECT * FROM {}")
        _driver(connection).execute(view.format(sql.Identifier(name), sql.Identifier("staging", table)))
    yield
    _driver(connection).execute("DROP VIEW pg_temp.batch, pg_temp.sighting")


def _driver(connection: Connection) -> "psycopg.Connection[Any]":
    """The psycopg connection below, in the same transaction: for COPY, and for DDL, which takes identifiers."""
    driver = connection.connection.driver_connection
    if not isinstance(driver, psycopg.Connection):
        raise TypeError(f"the warehouse needs psycopg, not {type(driver).__name__}")
    return driver
