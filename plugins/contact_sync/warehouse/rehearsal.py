"""A transaction that never commits: what is written in it everybody else never sees, and nothing of it stays (OPS-2).

The warehouse that `rehearse` yields does its transactions as savepoints of that one, so stages work with it as with any
other. Whatever ends the block rolls everything back, a killed process too. What is written by connections of its own is
not held back: the ledger of API calls and the shared token. Numbers that were drawn from a sequence are not given back.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.pool import NullPool

from contact_sync.warehouse.database import Warehouse, in_our_words

LOCK_WAIT = "30s"
"""How long it waits for a lock that somebody holds; what others ask for meanwhile waits behind it."""
IDLE_WAIT = "2min"
"""How long it may do nothing while it holds what runs ask for: the server ends a process that was stopped there."""
_APPLICATION_NAME = "contact-sync plan"


@dataclass(frozen=True, slots=True)
class Rehearsal(Warehouse):
    """The warehouse of one rehearsal, by its one connection."""

    connection: Connection

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """What a transaction would be: kept until the rehearsal ends, or undone if the block raises."""
        with in_our_words(), self.connection.begin_nested():
            yield self.connection

    @contextmanager
    def undone(self) -> Iterator[Connection]:
        """The same, but taken back when the block ends, with the locks that it took. Not for calls to the source."""
        with in_our_words():
            savepoint = self.connection.begin_nested()
            try:
                self.connection.execute(_IDLE_WAIT, {"wait": IDLE_WAIT})
                yield self.connection
            finally:
                savepoint.rollback()

    def named(self, application_name: str) -> "Rehearsal":
        """The same: there is but one connection."""
        return self

    @contextmanager
    def kept_open(self, application_name: str) -> Iterator["Rehearsal"]:
        """The same: there is but one connection, and it is open."""
        yield self

    def engine_options(self) -> Mapping[str, Any]:
        """Keywords for SQLAlchemy's create_engine, by which a library that makes its own engine reads in here.

        Such an engine can neither commit nor roll back, and its connection does not close ours.
        """
        guest = _Guest(self.connection.connection.driver_connection)
        return {"creator": lambda: guest, "poolclass": NullPool, "use_native_hstore": False}


@contextmanager
def rehearse(warehouse: Warehouse) -> Iterator[Rehearsal]:
    """A rehearsal on this warehouse. Raises Unavailable and WarehouseRefused as a transaction of its does."""
    with warehouse.named(_APPLICATION_NAME).transaction() as connection:
        whole = connection.get_transaction()
        try:
            connection.execute(text("SELECT set_config('lock_timeout', :wait, true)"), {"wait": LOCK_WAIT})
            yield Rehearsal(warehouse.engine, warehouse.keys, connection)
        finally:
            if whole is not None:
                whole.rollback()


class _Guest:
    """The driver's connection for somebody who must not end its transaction."""

    def __init__(self, host: Any) -> None:
        self._host = host

    def __getattr__(self, name: str) -> Any:
        return getattr(self._host, name)

    def commit(self) -> None:
        """Nothing: the rehearsal goes on."""

    def rollback(self) -> None:
        """Nothing: the rehearsal goes on."""

    def close(self) -> None:
        """Nothing: the rehearsal goes on."""


_IDLE_WAIT = text("SELECT set_config('idle_in_transaction_session_timeout', :wait, true)")
