"""The outbox: what is to be written to Recruit, is on its way, or was, whatever becomes of the process (PUSH-9).

A row says `sending` before the call and is settled with the answer; one that still says so when nobody holds the
module's lock was sent by a process that died, or over a connection that was cut. Settled rows hold nothing personal.
Writers refer to people, so they take the organisation first.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from contact_sync.warehouse import organisation, statements
from contact_sync.warehouse.pushes import Switch


@dataclass(slots=True)
class Lead:
    """Somebody on the way to Recruit.

    record: fields of Recruit to values. key: the address, by which the record is looked up. digest: of what the record
    was made of. record_id, others: what the look-up found. status: the member status in the record, if any. company:
    the name of the client that the record refers to. looked_up: record_id is known by nothing but the address.
    """

    contact_id: int
    response_id: int | None
    record: dict[str, Any] = field(repr=False)
    key: str = field(repr=False)
    digest: bytes = field(repr=False)
    record_id: str | None = None
    others: tuple[str, ...] = ()
    status: str | None = None
    status_field: str | None = None
    attempts: int = 0
    company: str = field(default="", repr=False)
    looked_up: bool = False


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A lead that was sent and has no answer. state: sending or unknown."""

    switch_no: int
    contact_id: int
    response_id: int | None
    key: str = field(repr=False)
    payload: dict[str, Any] = field(repr=False)
    record_id: str | None
    state: str
    status: str | None
    status_field: str | None


@dataclass(frozen=True, slots=True)
class Client:
    """A client by name. state: as in the outbox."""

    key: str
    state: str
    record_id: str | None


def enqueue(connection: Connection, switch: Switch, leads: Sequence[Lead]) -> None:
    """Let exactly these leads wait for the switch."""
    organisation.lock(connection)
    statements.run(
        connection,
        "outbox/enqueue_leads",
        switch_no=switch.switch_no,
        contact_ids=[lead.contact_id for lead in leads],
        response_ids=[lead.response_id for lead in leads],
        keys=[lead.key for lead in leads],
        payloads=[_json(lead.record) for lead in leads],
        hashes=[lead.digest for lead in leads],
        record_ids=[lead.record_id for lead in leads],
        statuses=[lead.status for lead in leads],
        status_fields=[lead.status_field for lead in leads],
    )


def sending(connection: Connection, switch: Switch, leads: Sequence[Lead]) -> dict[int, int]:
    """Note that these leads are about to be sent; how often each was then, by contact. Erased people are left out."""
    rows = statements.run(
        connection,
        "outbox/sending_leads",
        switch_no=switch.switch_no,
        contact_ids=[lead.contact_id for lead in leads],
        payloads=[_json(lead.record) for lead in leads],
        record_ids=[lead.record_id for lead in leads],
        others=[",".join(lead.others) or None for lead in leads],
    )
    return {row.contact_id: row.attempts for row in rows}


def settle(connection: Connection, switch_no: int, states: Mapping[int, tuple[str, str | None]]) -> None:
    """Note what became of people: state and record id by contact."""
    if states:
        statements.run(
            connection,
            "outbox/settle_leads",
            switch_no=switch_no,
            contact_ids=list(states),
            states=[state for state, _ in states.values()],
            record_ids=[record_id for _, record_id in states.values()],
        )


def settled(connection: Connection, switch_no: int, contact_ids: Collection[int]) -> set[int]:
    """Who of these has been settled by somebody else meanwhile."""
    rows = statements.run(connection, "outbox/settled_leads", switch_no=switch_no, contact_ids=list(contact_ids))
    return set(rows.scalars())


def unsettled(connection: Connection, account: str, module: str) -> list[Unsettled]:
    """All that was sent to the module by any switch and has no answer."""
    rows = statements.run(connection, "outbox/unsettled_leads", account=account, module=module)
    return [Unsettled(**row) for row in rows.mappings()]


def clients(connection: Connection, account: str, keys: Collection[str]) -> dict[str, Client]:
    """What is known of clients, by the keys of their names."""
    rows = statements.run(connection, "outbox/clients", account=account, keys=list(keys))
    return {row["key"]: Client(**row) for row in rows.mappings()}


def note_clients(connection: Connection, account: str, states: Mapping[str, tuple[str, str | None]]) -> None:
    """Note clients: state and record id by the key of the name."""
    if states:
        statements.run(
            connection,
            "outbox/note_clients",
            account=account,
            keys=list(states),
            states=[state for state, _ in states.values()],
            record_ids=[record_id for _, record_id in states.values()],
        )


def forget_clients(connection: Connection, account: str, keys: Collection[str]) -> None:
    """Forget clients that Recruit refused or no longer has."""
    if keys:
        statements.run(connection, "outbox/forget_clients", account=account, keys=list(keys))


def _json(record: Mapping[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False)
