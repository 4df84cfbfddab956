"""The staged batch of a fetch: made, filled by COPY, sealed, and reached through fixed names.

`staging.fetch_<id>` holds the records, `staging.sighting_<id>` what was seen beside them, `staging.outcome_<id>` and
`staging.removal_<id>` what classify decided. All are logged tables: an unlogged one is empty after a crash of the
server. A batch that is not what was sealed is `StagingLost`, never less.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Connection, text

from contact_sync.errors import StagingLost
from contact_sync.warehouse import copy_text, owners, statements
from contact_sync.warehouse.fetches import Fetch

_MORE_ROOM = text(
    "SELECT current_setting('work_mem'), set_config('work_mem', "
    "greatest(pg_size_bytes(current_setting('work_mem')), pg_size_bytes('64MB')) / 1024 || 'kB', true)"
)
_FORMER_ROOM = text("SELECT set_config('work_mem', :former, true)")
_WAITING = text("SELECT EXISTS (SELECT FROM sync.removal WHERE sync_no = :sync_no AND state = 'pending')")
JSON_COLUMNS = frozenset({"fields", "misfits", "cleaned", "source"})
PLANNED_BY = (
    "record_no", "record_id", "modified_at", "email_key", "flaw", "approved", "converted", "opted_out",
    "required_missing",
)  # fmt: skip
"""Columns that plans depend on. Statistics of the JSON columns cost most of an ANALYZE and nothing reads them."""
PREPARED = ("flagged", "bound", "known_conversion", "blocking", "newly_unsubscribed")
"""Tables of the transaction that classification goes by: small ones, made by include/sql/classify/<name>.sql."""


def create(connection: Connection, fetch_id: int) -> None:
    """An empty table for the records of a fetch; what an earlier attempt left is dropped."""
    drop(connection, fetch_id)
    _shape(connection, "fetch", fetch_id, "batch_template")


def create_sightings(connection: Connection, fetch_id: int) -> None:
    """An empty table for what a fetch sees beside its batch; what an earlier attempt left is dropped."""
    _drop(connection, _table("sighting", fetch_id))
    _shape(connection, "sighting", fetch_id, "sighting_template")


def copy_of(connection: Connection, fetch_id: int, other: int, *, sightings: bool) -> None:
    """The tables that another fetch's extract staged, once more, as those of this fetch."""
    create(connection, fetch_id)
    kinds = ["fetch"]
    if sightings:
        create_sightings(connection, fetch_id)
        kinds.append("sighting")
    for kind in kinds:
        copied = sql.SQL("INSERT INTO {} SELECT * FROM {}").format(_table(kind, fetch_id), _table(kind, other))
        _define(connection, copied)


def is_kept(connection: Connection, fetch_id: int) -> bool:
    """Whether the records that a fetch staged are still there."""
    return _exists(connection, f"fetch_{fetch_id}")


def copy(connection: Connection, fetch_id: int, columns: Mapping[str, Sequence[Any]]) -> None:
    """Add rows by COPY, from columns of equal length. Values of the JSON columns are Python values; None is NULL."""
    _copy(connection, _table("fetch", fetch_id), columns)


def copy_sightings(connection: Connection, fetch_id: int, columns: Mapping[str, Sequence[Any]]) -> None:
    """Add rows of staging.sighting_template by COPY, from columns of equal length; columns not given have defaults."""
    _copy(connection, _table("sighting", fetch_id), columns)


def keep_first(connection: Connection, fetch_id: int, rows: int) -> int | None:
    """Take away what was staged after the first so many rows; how many are left, None if there is no table."""
    if not _exists(connection, f"fetch_{fetch_id}"):
        return None
    batch = _table("fetch", fetch_id)
    _driver(connection).execute(sql.SQL("DELETE FROM {} WHERE record_no > %s").format(batch), [rows])
    return _count(connection, batch)


def first_ids(connection: Connection, fetch_id: int, rows: int | None = None) -> set[str]:
    """The record ids of the first so many rows, or of all."""
    batch = _table("fetch", fetch_id)
    statement = sql.SQL("SELECT record_id FROM {} WHERE record_no <= coalesce(%s, record_no)").format(batch)
    return {str(row[0]) for row in _driver(connection).execute(statement, [rows])}


def count_and_analyse(connection: Connection, fetch_id: int) -> int:
    """Rows staged; tells the planner about the columns that statements join, filter and sort by."""
    batch = _table("fetch", fetch_id)
    names = sql.SQL(", ").join(map(sql.Identifier, PLANNED_BY))
    _define(connection, sql.SQL("ANALYZE {} ({})").format(batch, names))
    return _count(connection, batch)


def bind(connection: Connection, fetch: Fetch) -> None:
    """Give this transaction its fixed names: the views batch, sighting, outcome and removal, the table this_fetch, and
    the tables of PREPARED.

    Raises StagingLost if batch or sightings are not what extract sealed.
    """
    verify_seal(connection, fetch)
    _view(connection, "batch", _table("fetch", fetch.fetch_id))
    looked = fetch.sighted_rows is not None
    _view(connection, "sighting", _table("sighting", fetch.fetch_id) if looked else _NO_SIGHTINGS)
    if _exists(connection, f"outcome_{fetch.fetch_id}"):
        _view(connection, "outcome", _table("outcome", fetch.fetch_id))
    connection.execute(
        text("SELECT set_config('contact_sync.fetch_id', :fetch_id, true)"), {"fetch_id": str(fetch.fetch_id)}
    )
    statements.run(connection, "fetch/this_fetch")
    # Unanalysed it counts as 400 rows, and every join with it multiplies the planner's guess: plans become quadratic.
    _define(connection, sql.SQL("ANALYZE pg_temp.this_fetch"))
    # before anything reads the batch: nothing of erased people gets any further
    statements.run(connection, "classify/erased", source_no=fetch.source_no)
    for name in PREPARED:
        _make(connection, name)


def classify(connection: Connection, fetch: Fetch) -> None:
    """Decide every record of the bound batch anew (include/sql/classify/outcome.sql)."""
    outcome = _table("outcome", fetch.fetch_id)
    _drop(connection, outcome)
    _shape(connection, "outcome", fetch.fetch_id, "outcome_template")
    _view(connection, "outcome", outcome)
    with _room_to_sort(connection):
        statements.run(connection, "classify/outcome")
        statements.run(connection, "classify/plan_limit")
    owners.settle(connection)
    _define(connection, sql.SQL("ANALYZE {}").format(outcome))


def decide_removals(connection: Connection, fetch: Fetch) -> None:
    """Decide who leaves by the options of the sync, once the outcomes of the bound batch stand (ADV-1 to ADV-4).

    Fills the view removal, and the transaction's tables gone and asked_before with what becomes of records deleted at
    the source.
    """
    removal = _table("removal", fetch.fetch_id)
    _drop(connection, removal)
    _shape(connection, "removal", fetch.fetch_id, "removal_template")
    _view(connection, "removal", removal)
    _make(connection, "gone")
    statements.run(connection, "classify/removal")
    _define(connection, sql.SQL("ANALYZE {}").format(removal))
    _make(connection, "asked_before")
    if connection.execute(_WAITING, {"sync_no": fetch.sync_no}).scalar_one():
        statements.run(connection, "classify/answered_deletions")


def verify_seal(connection: Connection, fetch: Fetch) -> None:
    """Raise StagingLost unless the staged rows, and those seen beside them, are as many as extract sealed."""
    found = _found(connection, f"fetch_{fetch.fetch_id}")
    if fetch.staged_rows is None or found != fetch.staged_rows:
        sealed = "no sealed batch" if fetch.staged_rows is None else f"{fetch.staged_rows} sealed rows"
        raise _lost(fetch, sealed, found)
    if fetch.sighted_rows is not None:
        beside = _found(connection, f"sighting_{fetch.fetch_id}")
        if beside != fetch.sighted_rows:
            raise _lost(fetch, f"{fetch.sighted_rows} sealed rows seen beside the batch", beside)


def is_classified(connection: Connection, fetch: Fetch) -> bool:
    """Whether the table of outcomes is there with a row for every staged one."""
    return _found(connection, f"outcome_{fetch.fetch_id}") == fetch.staged_rows


def drop(connection: Connection, fetch_id: int) -> None:
    """Take away what a fetch left in staging."""
    _drop(connection, *(_table(kind, fetch_id) for kind in ("fetch", "sighting", "outcome", "removal")))


def relation(fetch_id: int) -> str:
    """The qualified name of the staged batch, for tools that ask for one."""
    return f"staging.fetch_{int(fetch_id)}"


def _table(kind: str, fetch_id: int) -> sql.Identifier:
    return sql.Identifier("staging", f"{kind}_{fetch_id}")


_NO_SIGHTINGS = sql.SQL("staging.sighting_template WHERE false")


def _drop(connection: Connection, *tables: sql.Identifier) -> None:
    """With the fixed names that lead to them: a server that crashed leaves those of its sessions behind."""
    _define(connection, sql.SQL("DROP TABLE IF EXISTS {} CASCADE").format(sql.SQL(", ").join(tables)))


@contextmanager
def _room_to_sort(connection: Connection) -> Iterator[None]:
    """Memory for sorts and for steps that are read twice, where the server's setting is smaller.

    With Postgres's own 4 MB the steps of a classification go through files: a sixth of its time at 200,000 records.
    Loading gains nothing by it.
    """
    former = connection.execute(_MORE_ROOM).scalar_one()
    yield
    connection.execute(_FORMER_ROOM, {"former": former})


def _shape(connection: Connection, kind: str, fetch_id: int, template: str) -> None:
    shape = sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING DEFAULTS INCLUDING COMMENTS)")
    _define(connection, shape.format(_table(kind, fetch_id), sql.Identifier("staging", template)))


def _view(connection: Connection, name: str, rows: sql.Composable) -> None:
    view = sql.SQL("CREATE OR REPLACE TEMPORARY VIEW {} AS SELECT * FROM {}")
    _define(connection, view.format(sql.Identifier(name), rows))


def _make(connection: Connection, name: str) -> None:
    """Make one of the transaction's small tables; unanalysed it would count as hundreds of rows."""
    statements.run(connection, f"classify/{name}")
    _define(connection, sql.SQL("ANALYZE {}").format(sql.Identifier("pg_temp", name)))


def _copy(connection: Connection, table: sql.Identifier, columns: Mapping[str, Sequence[Any]]) -> None:
    given = copy_text.columns_given(columns)
    if not given:
        return
    names = sql.SQL(", ").join(map(sql.Identifier, given))
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(table, names)
    with _driver(connection).cursor() as cursor, cursor.copy(statement) as stream:
        for piece in copy_text.lines(given, JSON_COLUMNS):
            stream.write(piece)


def _lost(fetch: Fetch, sealed: str, found: int | None) -> StagingLost:
    return StagingLost(
        f"fetch {fetch.fetch_id} of {fetch.sync_id}: expected {sealed}, found "
        f"{'no staging table' if found is None else f'{found} rows'}. Nothing was written and the watermark stays. "
        f"Clear run {fetch.run_id} from extract."
    )


def _found(connection: Connection, name: str) -> int | None:
    """Rows of a staging table, None if there is none."""
    return _count(connection, sql.Identifier("staging", name)) if _exists(connection, name) else None


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
