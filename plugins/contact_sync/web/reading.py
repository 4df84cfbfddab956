"""How pages look into the warehouse: in transactions that cannot write, and that do not last.

The connection is the one that organisation.yaml names, as for tasks; the key of the warehouse's secrets is needed for
people alone who are known by nothing but their address.
Raises what Warehouse.transaction does; a page that takes too long ends as Unavailable, and says so.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from airflow.exceptions import AirflowNotFoundException
from sqlalchemy import Connection, text

from contact_sync.errors import ConfigError
from contact_sync.hooks.contacts_warehouse import KEY_VARIABLE, ContactsWarehouseHook
from contact_sync.warehouse import statements
from contact_sync.warehouse.database import Warehouse, open_warehouse
from contact_sync.web.configured import configured

_NAME = "contact-sync pages"
_DEFAULT = ContactsWarehouseHook.default_conn_name
_LIMITS = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
_PATIENCE = text("SET LOCAL statement_timeout = '30s'")
_BY_KEY = frozenset({"records", "records_last_first"})
_OF_THE_LEDGER = _BY_KEY | {"records_by_id", "records_by_reason"}
_PLANNER = text(
    "SELECT set_config('enable_sort', :sorting, true), set_config('enable_bitmapscan', :sorting, true), "
    "set_config('enable_incremental_sort', :sorting, true)"
)
_MIGRATED = text("SELECT to_regclass('sync.statuses_by_reason')")
"""What the newest migration made that a page reads."""


def warehouse() -> Warehouse:
    """The warehouse; connects to nothing. Raises ConfigError if Airflow does not know its connection."""
    organisation = configured().organisation
    connection_id = organisation.warehouse if organisation else _DEFAULT
    try:
        url = ContactsWarehouseHook(connection_id).warehouse_url()
    except AirflowNotFoundException:
        raise ConfigError(
            f"Airflow has no connection '{connection_id}', which organisation.yaml names as the contacts warehouse. "
            "Add it in Airflow, under Admin, Connections."
        ) from None
    return open_warehouse(url.render_as_string(hide_password=False), None, _NAME)


def warehouse_with_key() -> Warehouse:
    """The same, with the key of its secrets if the API server has it: addresses are known by keyed hashes."""
    url = warehouse().engine.url.render_as_string(hide_password=False)
    return open_warehouse(url, os.environ.get(KEY_VARIABLE), _NAME)


@contextmanager
def reading() -> Iterator[Connection]:
    """One look at the warehouse, all of it as of one moment. Raises ConfigError if it has no tables yet."""
    with warehouse().transaction() as connection:
        connection.execute(_LIMITS)
        connection.execute(_PATIENCE)
        if connection.execute(_MIGRATED).scalar_one() is None:
            raise ConfigError("The contacts warehouse is not of this version. Run: contact-sync warehouse migrate")
        yield connection


def rows(connection: Connection, name: str, **parameters: Any) -> list[dict[str, Any]]:
    """What the statement include/sql/page/<name>.sql returns, a dictionary each."""
    plan_well(connection, name)
    return [dict(row) for row in statements.run(connection, f"page/{name}", **parameters).mappings()]


def plan_well(connection: Connection, name: str) -> None:
    """Let records in the order of the ledger's key be read in that order, and not all of a fetch be read and sorted.

    Reasons and sub-codes go together, which the planner does not know: it expects fewer rows than there are, and would
    rather read a million than go through them until a page is full.
    """
    if name in _OF_THE_LEDGER:
        connection.execute(_PLANNER, {"sorting": "off" if name in _BY_KEY else "on"})


def one(connection: Connection, name: str, **parameters: Any) -> dict[str, Any] | None:
    """Its first row, None without any."""
    found = rows(connection, name, **parameters)
    return found[0] if found else None
