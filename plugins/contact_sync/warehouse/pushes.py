"""Push switches and the push ledger: who is to be pushed, who was, who was not and why (PUSH-0 to PUSH-4).

A switch runs under a lock of its own, held by a connection without a transaction: nobody waits in the warehouse for
Recruit. Verdicts are written in short transactions that take the organisation first, as all do who refer to people;
what Recruit has taken is never forgotten, and the ledger rather than the cursor says who was pushed.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, text

from contact_sync.warehouse import organisation, statements
from contact_sync.warehouse.database import Warehouse

OVERLAP = timedelta(days=1)
"""How far before `arrived_until` responses are looked at again: who imports them stamps them before committing them."""


@dataclass(frozen=True, slots=True)
class Switch:
    """One of the four switches, as registered.

    arrived_until: responses up to here have been considered, but for those that were committed late (OVERLAP).
    """

    switch_no: int
    enabled: bool
    enabled_since: datetime
    arrived_until: datetime | None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to push: contact fields by name, None where empty."""

    contact_id: int
    response_id: int
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a person. reason and detail: why not (PUSH-4); record_id: the record in Recruit."""

    contact_id: int
    response_id: int
    outcome: str
    reason: str | None = None
    detail: str | None = None
    record_id: str | None = None


def register(
    connection: Connection, account: str, module: str, response: str, list_id: int, *, enabled: bool, now: datetime
) -> Switch:
    """The switch as it is from now on; turned on anew it starts a new look-back (PUSH-7)."""
    row = statements.run(
        connection,
        "push/register_switch",
        account=account,
        module=module,
        response=response,
        list_id=list_id,
        enabled=enabled,
        now=now,
    )
    return Switch(**row.mappings().one())


@contextmanager
def hold(warehouse: Warehouse, switch: Switch) -> Iterator[Connection]:
    """Keep the switch to ourselves, waiting for whoever has it. Yields the connection that holds it: see still_held.

    The lock is the session's. No transaction is open meanwhile, so calls to Recruit hold up nobody else; the connection
    is closed in the end, and the lock goes with it.
    """
    keeper = Warehouse(warehouse.engine.execution_options(isolation_level="AUTOCOMMIT"), warehouse.keys)
    with keeper.transaction() as connection:
        connection.execute(_LOCK, {"switch_no": switch.switch_no})
        yield connection


def still_held(keeper: Connection) -> None:
    """Make sure that the lock's connection lives. Raises Unavailable, by way of hold, if it and the lock are lost."""
    keeper.execute(_PING)


def reread(connection: Connection, switch: Switch) -> Switch:
    """The switch as whoever held it before left it."""
    return Switch(**connection.execute(_READ, {"switch_no": switch.switch_no}).mappings().one())


def judge(connection: Connection, switch: Switch, look_back: timedelta, push_suppressed: str) -> list[Person]:
    """Judge the members of the switch's list; return who is to be pushed. Only reads, into the transaction's table."""
    statements.run(connection, "push/judged_table")
    statements.run(
        connection,
        "push/judged",
        switch_no=switch.switch_no,
        happened_since=switch.enabled_since - look_back,
        overlap=OVERLAP,
        push_suppressed=push_suppressed,
    )
    people = statements.run(connection, "push/pushable")
    return [
        Person(
            row.contact_id,
            row.response_id,
            {**row.fields, "email": row.email, "first_name": row.first_name, "last_name": row.last_name},
        )
        for row in people
    ]


def newest_arrival(connection: Connection) -> datetime:
    """When the last response arrived that is to be seen from here; the transaction's beginning if there is none."""
    arrived = connection.execute(_ARRIVED).scalar_one()
    if not isinstance(arrived, datetime):
        raise TypeError(f"a time was expected, not {type(arrived).__name__}")
    return arrived


def write_not_pushed(connection: Connection, switch: Switch, fetch_id: int) -> None:
    """Write who of the judged is not pushed, and why, where that is new."""
    organisation.lock(connection)
    statements.run(connection, "push/not_pushed", switch_no=switch.switch_no, fetch_id=fetch_id)


def write(connection: Connection, switch: Switch, fetch_id: int, verdicts: Sequence[Verdict]) -> None:
    """Add verdicts to the push ledger."""
    if not verdicts:
        return
    organisation.lock(connection)
    statements.run(
        connection,
        "push/answers",
        switch_no=switch.switch_no,
        fetch_id=fetch_id,
        contact_ids=[verdict.contact_id for verdict in verdicts],
        outcomes=[verdict.outcome for verdict in verdicts],
        reasons=[verdict.reason for verdict in verdicts],
        details=[verdict.detail for verdict in verdicts],
        record_ids=[verdict.record_id for verdict in verdicts],
        response_ids=[verdict.response_id for verdict in verdicts],
    )


def advance(connection: Connection, switch: Switch, arrived_until: datetime) -> None:
    """Everything that arrived up to here has been considered."""
    connection.execute(_ADVANCE, {"switch_no": switch.switch_no, "arrived_until": arrived_until})


_LOCK = text("SELECT pg_advisory_lock(hashtextextended('contact_sync.push', :switch_no))")
_PING = text("SELECT 1")
_ARRIVED = text("SELECT coalesce(max(arrived_at), now()) FROM contacts.response")
_READ = text(
    "SELECT switch_no, enabled, enabled_since, arrived_until FROM sync.push_switch WHERE switch_no = :switch_no"
)
_ADVANCE = text(
    "UPDATE sync.push_switch SET arrived_until = greatest(arrived_until, :arrived_until) WHERE switch_no = :switch_no"
)
