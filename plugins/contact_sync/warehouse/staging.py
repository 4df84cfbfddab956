"""The staged batch of a fetch: made, filled by COPY, sealed, and reached through fixed names.

`staging.fetch_<id>` holds the records, `staging.outcome_<id>` what classify decided. Both are logged tables: an
unlogged one is empty after a crash of the server. A batch that is not what was sealed is `StagingLost`, never less.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Connection, text

from contact_sync.errors import StagingLost
from contact_sync.warehouse import copy_text, owners, statements
from contact_sync.warehouse.fetches import Fetch

JSON_COLUMNS = frozenset({"fields", "misfits", "cleaned", "source"})
PLANNED_BY = ("record_no", "record_id", "modified_at", "email_key", "flaw", "approved", "converted", "required_missing")
"""Columns that plans depend on. Statistics of the JSON columns cost most of an ANALYZE and nothing reads them."""


def create(connection: Connection, fetch_id: int) -> None:
    """An empty table for the records of a fetch; what an earlier attempt left is dropped."""
    batch, outcome = _tables(fetch_id)
    _define(connection, sql.SQL("DROP TABLE IF EXISTS {}, {}").format(batch, outcome))
    shape = sql.SQL("CREATE TABLE {} (LIKE staging.batch_template INCLUDING DEFAULTS INCLUDING COMMENTS)").format(batch)
    _define(connection, shape)


def copy(connection: Connection, fetch_id: int, columns: Mapping[str, Sequence[Any]]) -> None:
    """Add rows by COPY, from columns of equal length. Values of the JSON columns are Python values; None is NULL."""
    given = copy_text.columns_given(columns)
    if not given:
        return
    names = sql.SQL(", ").join(map(sql.Identifier, given))
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(_tables(fetch_id)[0], names)
    with _driver(connection).cursor() as cursor, cursor.copy(statement) as stream:
        for piece in copy_text.lines(given, JSON_COLUMNS):
            stream.write(piece)


def keep_first(connection: Connection, fetch_id: int, rows: int) -> int | None:
    """Take away what was staged after the first so many rows; how many are left, None if there is no table."""
    if not _exists(connection, f"fetch_{fetch_id}"):
        return None
    batch, _ = _tables(fetch_id)
    _driver(connection).execute(sql.SQL("DELETE FROM {} WHERE record_no > %s").format(batch), [rows])
    return _count(connection, batch)


def first_ids(connection: Connection, fetch_id: int, rows: int | None = None) -> set[str]:
    """The record ids of the first so many rows, or of all."""
    batch, _ = _tables(fetch_id)
    statement = sql.SQL("SELECT record_id FROM {} WHERE record_no <= coalesce(%s, record_no)").format(batch)
    return {str(row[0]) for row in _driver(connection).execute(statement, [rows])}


def count_and_analyse(connection: Connection, fetch_id: int) -> int:
    """Rows staged; tells the planner about the columns that statements join, filter and sort by."""
    batch, _ = _tables(fetch_id)
    names = sql.SQL(", ").join(map(sql.Identifier, PLANNED_BY))
    _define(connection, sql.SQL("ANALYZE {} ({})").format(batch, names))
    return _count(connection, batch)


def bind(connection: Connection, fetch: Fetch) -> None:
    """Give this transaction its fixed names: the views batch and outcome, and the table this_fetch.

    Raises StagingLost if the batch is not the one that extract sealed.
    """
    verify_seal(connection, fetch)
    batch, outcome = _tables(fetch.fetch_id)
    if _exists(connection, f"outcome_{fetch.fetch_id}"):
        _define(connection, sql.SQL("CREATE OR REPLACE TEMPORARY VIEW outcome AS SELECT * FROM {}").format(outcome))
    _define(connection, sql.SQL("CREATE OR REPLACE TEMPORARY VIEW batch AS SELECT * FROM {}").format(batch))
    connection.execute(
        text("SELECT set_config('contact_sync.fetch_id', :fetch_id, true)"), {"fetch_id": str(fetch.fetch_id)}
    )
    statements.run(connection, "fetch/this_fetch")
    # Unanalysed it counts as 400 rows, and every join with it multiplies the planner's guess: plans become quadratic.
    _define(connection, sql.SQL("ANALYZE pg_temp.this_fetch"))


def classify(connection: Connection, fetch: Fetch) -> None:
    """Decide every record of the bound batch anew (include/sql/classify/outcome.sql)."""
    _, outcome = _tables(fetch.fetch_id)
    _define(connection, sql.SQL("DROP VIEW IF EXISTS pg_temp.outcome"))
    _define(connection, sql.SQL("DROP TABLE IF EXISTS {}").format(outcome))
    shape = sql.SQL("CREATE TABLE {} (LIKE staging.outcome_template INCLUDING COMMENTS)").format(outcome)
    _define(connection, shape)
    _define(connection, sql.SQL("CREATE TEMPORARY VIEW outcome AS SELECT * FROM {}").format(outcome))
    statements.run(connection, "classify/outcome")
    statements.run(connection, "classify/plan_limit")
    owners.settle(connection)
    _define(connection, sql.SQL("ANALYZE {}").format(outcome))


def verify_seal(connection: Connection, fetch: Fetch) -> None:
    """Raise StagingLost unless the staged rows are as many as extract sealed."""
    found: int | None = None
    if _exists(connection, f"fetch_{fetch.fetch_id}"):
        found = _count(connection, _tables(fetch.fetch_id)[0])
    if fetch.staged_rows is None or found != fetch.staged_rows:
        sealed = "no sealed batch" if fetch.staged_rows is None else f"{fetch.staged_rows} sealed rows"
        raise StagingLost(
            f"fetch {fetch.fetch_id} of {fetch.sync_id}: expected {sealed}, found "
            f"{'no staging table' if found is None else f'{found} rows'}. Nothing was written and the watermark stays. "
            f"Clear run {fetch.run_id} from extract."
        )


def is_classified(connection: Connection, fetch: Fetch) -> bool:
    """Whether the table of outcomes is there with a row for every staged one."""
    name = f"outcome_{fetch.fetch_id}"
    return _exists(connection, name) and _count(connection, _tables(fetch.fetch_id)[1]) == fetch.staged_rows


def drop(connection: Connection, fetch_id: int) -> None:
    """Take away what a fetch left in staging."""
    _define(connection, sql.SQL("DROP TABLE IF EXISTS {}, {}").format(*_tables(fetch_id)))


def relation(fetch_id: int) -> str:
    """The qualified name of the staged batch, for tools that ask for one."""
    return f"staging.fetch_{int(fetch_id)}"


def _tables(fetch_id: int) -> tuple[sql.Identifier, sql.Identifier]:
    return sql.Identifier("staging", f"fetch_{fetch_id}"), sql.Identifier("staging", f"outcome_{fetch_id}")


def _exists(connection: Connection, name: str) -> bool:
    return connection.execute(text("SELECT to_regclass(:name)"), {"name": f"staging.{name}"}).scalar() is not None


def _count(connection: Connection, table: sql.Identifier) -> int:
    with _driver(connection).cursor() as cursor:
        row = cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(table)).fetchone()
    return int(row[0]) if row else 0


def _define(connection: Connection, statement: sql.Composed | sql.SQL) -> None:
    _driver(connection).execute(statement)


def _driver(connection: Connection) -> "psycopg.Connection[Any]":
    """The psycopg connection below, in the same transaction: for COPY, and for DDL, which takes identifiers."""
    driver = connection.connection.driver_connection
    if not isinstance(driver, psycopg.Connection):
        raise TypeError(f"the warehouse needs psycopg, not {type(driver).__name__}")
    return driver
