"""A warehouse whose stages work by the connections that the test itself works by: each as good as new.

A new session of Postgres knows no table yet: to learn them again for every stage costs more than what most tests do.
A session that is given back loses what a closed one loses: its name, its settings, its temporary tables, its locks.
Who has to see sessions come and go opens a warehouse of their own.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.pq import ExecStatus
from sqlalchemy import Connection, event

from contact_sync.warehouse.database import Warehouse

NAME = "application_name"
AS_NEW = b"DISCARD TEMP; SELECT pg_advisory_unlock_all(); RESET ALL"
"""What closing a session does, but for what it has learnt."""


@dataclass(frozen=True, slots=True)
class OnePool(Warehouse):
    """Warehouses of other names share the connections; a connection has the name while it is in use."""

    def named(self, application_name: str) -> Warehouse:
        """As Warehouse has it."""
        return OnePool(self.engine.execution_options(**{NAME: application_name}), self.keys)

    @contextmanager
    def kept_open(self, application_name: str) -> Iterator[Warehouse]:
        """As Warehouse has it; open they stay anyway."""
        yield self.named(application_name)


def one_pool(kept: Warehouse) -> OnePool:
    """The warehouse by the connections of one that keeps them open."""
    event.listen(kept.engine, "engine_connect", _wear_name)
    event.listen(kept.engine, "checkin", _as_new)
    return OnePool(kept.engine, kept.keys)


def _wear_name(connection: Connection) -> None:
    name = connection.get_execution_options().get(NAME)
    driver = connection.connection.driver_connection
    if name and isinstance(driver, psycopg.Connection):
        connection.info[NAME] = name
        _tell(driver, b"SET application_name = " + psycopg.sql.Literal(name).as_bytes(driver))


def _as_new(driver: "psycopg.Connection[Any] | None", record: Any) -> None:
    if record.info.pop(NAME, None) and driver is not None:
        try:
            _tell(driver, AS_NEW)
        except psycopg.OperationalError:  # it broke while it was in use
            record.invalidate()


def _tell(driver: "psycopg.Connection[Any]", commands: bytes) -> None:
    """Commands beside any transaction of the driver's own, at one go."""
    done = driver.pgconn.exec_(commands)
    if done.status not in (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK):
        raise psycopg.OperationalError(done.error_message.decode(errors="replace"))
