"""Push switches and the push ledger: who is to be pushed, who was, who was not and why (PUSH-0 to PUSH-4).

A switch runs under a lock of its own, and under one of the module that it writes, so that two switches never make two
records of one person. They are held by a connection without a transaction: nobody waits in the warehouse for Recruit.
Verdicts are written in short transactions that take the organisation first, as all do who refer to people; what
Recruit has taken is never forgotten, and the ledger rather than the cursor says who was pushed.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, text

from contact_sync.warehouse import organisation, statements
from contact_sync.warehouse.database import Warehouse

OVERLAP = timedelta(days=1)
"""How far before `arrived_until` responses are looked at again: who imports them stamps them before committing them."""
FEEDING = {"opened": ["opened", "clicked"], "clicked": ["clicked"]}
"""Switch → the responses that feed it: a click also feeds the opened switch (PUSH-1)."""

WITHOUT_LOOPS = text("SET LOCAL enable_nestloop = off")
"""Where each member is looked at, loops never pay; while tables have no statistics, the planner would take them."""
WITH_LOOPS = text("SET LOCAL enable_nestloop TO DEFAULT")


@dataclass(frozen=True, slots=True)
class Switch:
    """One of the four switches, as registered.

    arrived_until: responses up to here have been considered, but for those that were committed late (OVERLAP).
    """

    switch_no: int
    account: str
    module: str
    response: str
    enabled: bool
    enabled_since: datetime
    arrived_until: datetime | None


@dataclass(frozen=True, slots=True)
class Writer:
    """By what ledger rows are written: the push task of a fetch, or a run for an account; one of the two is None."""

    fetch_id: int | None = None
    push_run_no: int | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to push: contact fields by name, None where empty, and what the person did.

    status: member status in the campaign, such as Opened. was_clicked: whether Clicked has been written where the
    status goes. record_id: of an earlier push. refused_hash: of the record that Recruit refused for this response.
    others: further records that the look-up of an interrupted push found.
    """

    contact_id: int
    response_id: int
    fields: dict[str, Any] = field(repr=False)
    campaign_name: str = ""
    happened_at: datetime | None = None
    status: str = "Opened"
    was_clicked: bool = False
    record_id: str | None = None
    refused_hash: bytes | None = None
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a person. reason and detail: why not (PUSH-4); record_id: the record in Recruit.

    status, status_field: the member status that was written, and where. others: further records of the address.
    """

    contact_id: int
    response_id: int | None
    outcome: str
    reason: str | None = None
    detail: str | None = None
    record_id: str | None = None
    status: str | None = None
    status_field: str | None = None
    others: tuple[str, ...] = ()

    @property
    def pushed(self) -> bool:
        """Whether Recruit took the person."""
        return self.outcome in ("inserted", "updated")


def register(
    connection: Connection,
    account: str,
    module: str,
    response: str,
    list_id: int,
    *,
    enabled: bool,
    mapped: Sequence[str],
    now: datetime,
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
        mapped=list(mapped),
        now=now,
    )
    return Switch(account=account, module=module, response=response, **row.mappings().one())


def switch_off(
    connection: Connection, list_id: int, configured: Sequence[tuple[str, str, str]], account: str | None = None
) -> None:
    """Note that all other switches of a list are off: they are no longer in the file (PUSH-7).

    configured: account, module and response of those that are. account: leave those of others alone; None: all.
    """
    accounts, modules, responses = zip(*configured, strict=True) if configured else ((), (), ())
    names = {"accounts": list(accounts), "modules": list(modules), "responses": list(responses)}
    connection.execute(_SWITCH_OFF, {"list_id": list_id, "account": account, **names})


def switch_off_others(connection: Connection, named: Sequence[tuple[str, str, str, str]]) -> int:
    """Note that all switches but these are off; how many were on. named: account, module, response and list of each."""
    accounts, modules, responses, lists = zip(*named, strict=True) if named else ((), (), (), ())
    names = {"accounts": list(accounts), "modules": list(modules), "responses": list(responses), "lists": list(lists)}
    return connection.execute(_SWITCH_OFF_OTHERS, names).rowcount


@contextmanager
def hold(warehouse: Warehouse, switch: Switch) -> Iterator[Connection]:
    """Keep the switch and its module to ourselves, waiting for whoever has them; as `hold_place`."""
    with hold_place(warehouse, f"{switch.account}/{switch.module}") as connection:
        connection.execute(_LOCK, {"switch_no": switch.switch_no})
        yield connection


@contextmanager
def hold_place(warehouse: Warehouse, place: str) -> Iterator[Connection]:
    """Keep what is written in Recruit, `account/module`, to ourselves. Yields the connection that holds it: still_held.

    The locks are the session's. No transaction is open meanwhile, so calls to Recruit hold up nobody else; the
    connection is closed in the end, and the locks go with it.
    """
    keeper = Warehouse(warehouse.engine.execution_options(isolation_level="AUTOCOMMIT"), warehouse.keys)
    with keeper.transaction() as connection:
        connection.execute(_LOCK_MODULE, {"place": place})
        yield connection


def still_held(keeper: Connection) -> None:
    """Make sure that the lock's connection lives. Raises Unavailable, by way of hold, if it and the lock are lost."""
    keeper.execute(_PING)


def reread(connection: Connection, switch: Switch) -> Switch:
    """The switch as whoever held it before left it."""
    return Switch(**connection.execute(_READ, {"switch_no": switch.switch_no}).mappings().one())


def judge(
    connection: Connection, switch: Switch, look_back: timedelta, push_suppressed: str, status_field: str | None = None
) -> list[Person]:
    """Judge the members of the switch's list; return who is to be pushed. Only reads, into the transaction's table.

    status_field: where the member status goes, for was_clicked.
    """
    statements.run(connection, "push/judged_table")
    connection.execute(WITHOUT_LOOPS)
    statements.run(
        connection,
        "push/judged",
        switch_no=switch.switch_no,
        kinds=FEEDING[switch.response],
        happened_since=switch.enabled_since - look_back,
        overlap=OVERLAP,
        push_suppressed=push_suppressed,
    )
    connection.execute(WITH_LOOPS)
    people = statements.run(connection, "push/pushable", switch_no=switch.switch_no, status_field=status_field)
    return [
        Person(
            contact_id=row.contact_id,
            response_id=row.response_id,
            fields={**row.fields, "email": row.email, "first_name": row.first_name, "last_name": row.last_name},
            campaign_name=row.campaign_name,
            happened_at=row.happened_at,
            status=row.status,
            was_clicked=row.was_clicked,
            record_id=row.record_id,
            refused_hash=None if row.refused_hash is None else bytes(row.refused_hash),
            others=tuple(row.others or ()),
        )
        for row in people
    ]


def written_by_clicked(connection: Connection, switch: Switch, by: Writer) -> dict[int, tuple[str, frozenset[str]]]:
    """By contact the record, and the fields that they fill, of the module's clicked switches in this very push."""
    rows = statements.run(
        connection,
        "push/written_by_clicked",
        switch_no=switch.switch_no,
        fetch_id=by.fetch_id,
        push_run_no=by.push_run_no,
    )
    return {row.contact_id: (row.record_id, frozenset(row.fields)) for row in rows}


def newest_arrival(connection: Connection) -> datetime:
    """When the last response arrived that is to be seen from here; the transaction's beginning if there is none."""
    arrived = connection.execute(_ARRIVED).scalar_one()
    if not isinstance(arrived, datetime):
        raise TypeError(f"a time was expected, not {type(arrived).__name__}")
    return arrived


def write_not_pushed(connection: Connection, switch: Switch, by: Writer) -> None:
    """Write who of the judged is not pushed, and why, where that is new; and who waits in doubt."""
    organisation.lock(connection)
    values = {"fetch_id": by.fetch_id, "push_run_no": by.push_run_no}
    statements.run(connection, "push/not_pushed", switch_no=switch.switch_no, **values)


def write(connection: Connection, switch_no: int, by: Writer, verdicts: Sequence[Verdict]) -> None:
    """Add verdicts to the push ledger."""
    if not verdicts:
        return
    organisation.lock(connection)
    statements.run(
        connection,
        "push/answers",
        switch_no=switch_no,
        fetch_id=by.fetch_id,
        push_run_no=by.push_run_no,
        contact_ids=[verdict.contact_id for verdict in verdicts],
        outcomes=[verdict.outcome for verdict in verdicts],
        reasons=[verdict.reason for verdict in verdicts],
        details=[verdict.detail for verdict in verdicts],
        record_ids=[verdict.record_id for verdict in verdicts],
        response_ids=[verdict.response_id for verdict in verdicts],
        statuses=[verdict.status for verdict in verdicts],
        status_fields=[verdict.status_field if verdict.status else None for verdict in verdicts],
        others=[",".join(verdict.others) or None for verdict in verdicts],
    )


def advance(connection: Connection, switch: Switch, arrived_until: datetime) -> None:
    """Everything that arrived up to here has been considered."""
    connection.execute(_ADVANCE, {"switch_no": switch.switch_no, "arrived_until": arrived_until})


_LOCK_MODULE = text("SELECT pg_advisory_lock(hashtextextended('contact_sync.push_to:' || :place, 0))")
_LOCK = text("SELECT pg_advisory_lock(hashtextextended('contact_sync.push', :switch_no))")
_PING = text("SELECT 1")
_ARRIVED = text("SELECT coalesce(max(arrived_at), now()) FROM contacts.response")
_READ = text(
    "SELECT switch_no, account, module, response, enabled, enabled_since, arrived_until FROM sync.push_switch "
    "WHERE switch_no = :switch_no"
)
_SWITCH_OFF = text(
    "UPDATE sync.push_switch SET enabled = false WHERE list_id = :list_id AND enabled "
    "AND account = coalesce(CAST(:account AS text), account) "
    "AND (account, module, response) NOT IN (SELECT * FROM unnest(CAST(:accounts AS text[]), "
    "CAST(:modules AS text[]), CAST(:responses AS text[])))"
)
_SWITCH_OFF_OTHERS = text(
    "UPDATE sync.push_switch AS switch SET enabled = false FROM contacts.mailing_list AS list "
    "WHERE list.list_id = switch.list_id AND switch.enabled "
    "AND (switch.account, switch.module, switch.response, list.name) NOT IN (SELECT * FROM unnest("
    "CAST(:accounts AS text[]), CAST(:modules AS text[]), CAST(:responses AS text[]), CAST(:lists AS text[])))"
)
_ADVANCE = text(
    "UPDATE sync.push_switch SET arrived_until = greatest(arrived_until, :arrived_until) WHERE switch_no = :switch_no"
)
