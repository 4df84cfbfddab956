"""Push switches and the push ledger: who is to be pushed, who was, who was not and why (PUSH-0 to PUSH-4).

A switch runs under a lock of its own, held by the transaction in which its members are judged, while the answers of
each call are written by transactions of their own: what Recruit has taken is never forgotten.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, text

from contact_sync.warehouse import statements


@dataclass(frozen=True, slots=True)
class Switch:
    """One of the four switches, as registered. arrived_until: responses up to here have been considered."""

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


def hold(connection: Connection, switch: Switch) -> Switch:
    """Take the switch until the transaction ends; the switch as whoever held it before left it."""
    connection.execute(_LOCK, {"switch_no": switch.switch_no})
    return Switch(**connection.execute(_READ, {"switch_no": switch.switch_no}).mappings().one())


def judge(
    connection: Connection, switch: Switch, fetch_id: int, look_back: timedelta, push_suppressed: str
) -> list[Person]:
    """Judge the members of the switch's list; write who is not pushed, return who is."""
    statements.run(connection, "push/judged_table")
    statements.run(
        connection,
        "push/judged",
        switch_no=switch.switch_no,
        happened_since=switch.enabled_since - look_back,
        push_suppressed=push_suppressed,
    )
    statements.run(connection, "push/not_pushed", switch_no=switch.switch_no, fetch_id=fetch_id)
    people = statements.run(connection, "push/pushable")
    return [
        Person(
            row.contact_id,
            row.response_id,
            {**row.fields, "email": row.email, "first_name": row.first_name, "last_name": row.last_name},
        )
        for row in people
    ]


def newest_arrival(connection: Connection) -> datetime | None:
    """When the last response arrived that this transaction's judgement could see."""
    arrived = connection.execute(text("SELECT max(arrived_at) FROM contacts.response")).scalar()
    return arrived if isinstance(arrived, datetime) else None


def write(connection: Connection, switch: Switch, fetch_id: int, verdicts: Sequence[Verdict]) -> None:
    """Add the verdicts of one call to the push ledger."""
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


_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('contact_sync.push', :switch_no))")
_READ = text(
    "SELECT switch_no, enabled, enabled_since, arrived_until FROM sync.push_switch WHERE switch_no = :switch_no"
)
_ADVANCE = text(
    "UPDATE sync.push_switch SET arrived_until = greatest(arrived_until, :arrived_until) WHERE switch_no = :switch_no"
)
