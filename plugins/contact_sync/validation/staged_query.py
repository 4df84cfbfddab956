"""The one SELECT that all checks of a batch run on: staging columns, and the mapped source fields as text.

Great Expectations takes a query only as text and treats `:` and `%` in it differently from metric to metric, so names
of source fields travel as hexadecimal literals, which hold neither. Everything is composed by SQLAlchemy.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql.base import PGDialect

from contact_sync.validation.plan import StagedColumn

_RELATION = re.compile(r"([a-z_][a-z0-9_]{0,62})(?:\.([a-z_][a-z0-9_]{0,62}))?")
_SOURCE: sa.ColumnElement[Any] = sa.column("source", postgresql.JSONB)


def _change_time_readable() -> sa.ColumnElement[Any]:
    given = sa.column("modified_text", sa.Text).is_not(None)
    return sa.case((given, sa.column("modified_at").is_not(None)))


def _address_given() -> sa.ColumnElement[Any]:
    return sa.column("flaw", sa.Text).is_distinct_from("empty_email")


def _address_valid() -> sa.ColumnElement[Any]:
    return sa.case((_address_given(), sa.column("flaw", sa.Text).is_distinct_from("invalid_pattern")))


def _modified_at() -> sa.ColumnElement[Any]:
    """A record fetched by its id was asked for whatever its change time (OUT-15): its time is not looked at."""
    return sa.case((~sa.column("by_id", sa.Boolean), sa.column("modified_at", sa.DateTime(timezone=True))))


_DERIVED: Mapping[str, Callable[[], sa.ColumnElement[Any]]] = MappingProxyType(
    {
        "change_time_readable": _change_time_readable,
        "modified_at": _modified_at,
        "address_given": _address_given,
        "address_valid": _address_valid,
    }
)


def compose(relation: str, columns: Iterable[StagedColumn]) -> str:
    """SQL text over `relation` ("staging.fetch_12" or a view's name) with one output column per label.

    Raises ValueError for a relation that is no plain lower-case name.
    """
    match = _RELATION.fullmatch(relation)
    if match is None:
        raise ValueError(f"{relation!r} is no name of a staging relation")
    table = sa.table(match[2] or match[1], schema=match[1] if match[2] else None)
    distinct = {column.label: column for column in columns}
    selected: list[sa.ColumnElement[Any]] = [_expression(column).label(column.label) for column in distinct.values()]
    query = sa.select(*(selected or [sa.literal(1, sa.Integer).label("one")])).select_from(table)
    dialect = PGDialect(paramstyle="named")  # type: ignore[no-untyped-call]
    return str(query.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))


def _expression(column: StagedColumn) -> sa.ColumnElement[Any]:
    if column.source_field is None:
        derive = _DERIVED.get(column.kind)
        return derive() if derive else sa.column(column.kind)
    key = sa.func.convert_from(sa.func.decode(column.source_field.encode().hex(), "hex"), "UTF8")
    return _SOURCE.op("->>")(key) if column.kind == "value" else _SOURCE.op("?")(key)
