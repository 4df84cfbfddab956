"""Erasing a person for good (OPS-6): what is personal goes, from people, events, ledger and staging alike.

What stays is the emptied row with its number, counts, and keyed hashes of every address and every source record, by
which the next import is `do_not_mail: erased` (OUT-10). One transaction under the organisation's row: all or nothing.
Refuses a reason that quotes the person, for it is kept. Nothing here touches Zoho: the record there is its owner's.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from contact_sync.core.email import hash_keys
from contact_sync.core.record_hash import STAND_IN_LENGTH, hash_records, stand_in
from contact_sync.errors import ConfigError
from contact_sync.warehouse import acts, erasing, organisation, people, statements
from contact_sync.warehouse.database import Warehouse
from contact_sync.warehouse.erasing import Staged
from contact_sync.warehouse.secrets import hash_key

LEAST_VALUE = 6
"""Characters of a contact field that a reason may not quote: shorter ones may be ordinary words."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """What became of a person, without anything of them. removed: rows deleted or blanked, by table, if there are any.

    contact_id: None if they were no contact. before: they had been erased before. addresses, records: of how many the
    hashes are kept. applied False: nothing was written, because it was a preview or nothing more was found.
    """

    contact_id: int | None
    applied: bool
    before: bool
    addresses: int
    records: int
    removed: dict[str, int]


@dataclass(frozen=True, slots=True)
class _Person:
    """contact_id: None for nobody. address: as compared, if they were named by it. values: what would tell of them."""

    contact_id: int | None
    address: str | None = None
    values: tuple[str, ...] = ()
    erased: bool = False


def preview(warehouse: Warehouse, person: str) -> Erasure:
    """What `erase` would do, found by doing it and taking it back. Raises ConfigError as it does."""
    return _run(warehouse, person, "", "", apply=False)


def erase(warehouse: Warehouse, person: str, reason: str, who: str) -> Erasure:
    """Erase a person, given by contact id or address. By address a second time it takes away what came since.

    Raises ConfigError for somebody of whom nothing is known, a reason that quotes them, and without CONTACT_SYNC_KEY.
    """
    return _run(warehouse, person, acts.given_reason(reason), who, apply=True)


def _run(warehouse: Warehouse, given: str, reason: str, who: str, *, apply: bool) -> Erasure:
    secret = hash_key(warehouse)
    with warehouse.transaction() as connection:
        organisation.lock(connection)
        person = _named(connection, given)
        if person.erased:
            return Erasure(person.contact_id, False, True, 0, 0, {})
        savepoint = connection.begin_nested()
        done = _erase(connection, person, secret, reason, who)
        if not apply or not done.removed:
            savepoint.rollback()
            return Erasure(done.contact_id, False, done.before, done.addresses, done.records, done.removed)
        acts.record(
            connection, "erase", who, reason=reason, contact_id=done.contact_id, detail={"removed": done.removed}
        )
        organisation.note_change(connection)
        return done


def _erase(connection: Connection, person: _Person, secret: bytes, reason: str, who: str) -> Erasure:
    staged = erasing.hold_staging(connection)
    addresses = _note_addresses(connection, person, secret)
    values = (*person.values, *addresses)
    if quotes(reason, values):
        raise ConfigError("--reason quotes the person who is to be erased, and it is kept. Say why without that.")
    records = _note_records(connection, person, staged, secret)
    before = statements.run(connection, "erasure/held_before").scalar()
    held = before if before is not None else _suppress(connection, person, reason, who)
    statements.run(connection, "erasure/remember", suppression_id=held)
    removed = erasing.remove(connection, person.contact_id, staged)
    removed |= _blank_reasons(connection, person, values)
    if person.contact_id is None and before is None and not removed:
        raise ConfigError(
            "nobody in the organisation has this address, and nothing that is kept knows it, so there is nothing to "
            "erase. To keep an address out: contact-sync suppress"
        )
    return Erasure(person.contact_id, True, before is not None, len(addresses), records, removed)


def _named(connection: Connection, given: str) -> _Person:
    """Who is meant, a contact or not. Raises ConfigError as `people.named` does."""
    meant = people.named(connection, given)
    if meant.contact_id is None:
        return _Person(None, meant.key)
    return _known(connection, meant.contact_id, meant.key)


def _known(connection: Connection, contact_id: int, address: str | None) -> _Person:
    row = statements.run(connection, "erasure/known", contact_id=contact_id).one()
    fields = (str(value) for value in row.fields.values() if len(str(value)) >= LEAST_VALUE)
    values = tuple(filter(None, (row.first_name, row.last_name, *fields)))
    return _Person(contact_id, address, values, row.erased and address is None)


def _note_addresses(connection: Connection, person: _Person, secret: bytes) -> list[str]:
    """Every address of the person, noted with its hash in the transaction's table."""
    found = statements.run(connection, "erasure/addresses", contact_id=person.contact_id, email_key=person.address)
    keys = [str(key) for key in found.scalars()]
    statements.run(connection, "erasure/address_table")
    statements.run(connection, "erasure/keep_addresses", keys=keys, hashes=hash_keys(keys, secret))
    return keys


def _note_records(connection: Connection, person: _Person, staged: list[Staged], secret: bytes) -> int:
    """Every source record of the person, noted with its hash in the transaction's table; how many."""
    statements.run(connection, "erasure/record_table")
    erasing.find_staged(connection, staged)
    statements.run(connection, "erasure/find_records", contact_id=person.contact_id, below=STAND_IN_LENGTH)
    for name in ("find_pushed", "find_converted", "leave_to_others"):
        statements.run(connection, f"erasure/{name}", contact_id=person.contact_id)
    records = list(statements.run(connection, "erasure/records"))
    hashes = [hash_records(each.account, each.module, [each.record_id], secret)[0] or b"" for each in records]
    statements.run(
        connection,
        "erasure/hash_records",
        accounts=[each.account for each in records],
        modules=[each.module for each in records],
        record_ids=[each.record_id for each in records],
        hashes=hashes,
        stand_ins=[stand_in(each) for each in hashes],
    )
    return len(records)


def _suppress(connection: Connection, person: _Person, reason: str, who: str) -> int:
    values: dict[str, Any] = {"contact_id": person.contact_id, "reason": reason, "who": who}
    return int(statements.run(connection, "erasure/suppress", **values).scalar_one())


def _blank_reasons(connection: Connection, person: _Person, values: Iterable[str]) -> dict[str, int]:
    """Blank what people wrote by hand that quotes the person: about others only what holds an address."""
    tells: dict[str, list[int]] = {"act": [], "suppression": [], "lifted": []}
    values = tuple(values)
    addresses = tuple(value for value in values if "@" in value)
    for row in statements.run(connection, "erasure/reasons", contact_id=person.contact_id):
        if quotes(row.reason, values if row.own else addresses):
            tells[row.place].append(row.number)
    acted = statements.run(connection, "erasure/blank_acts", numbers=tells["act"]).rowcount
    written = {"written": tells["suppression"], "lifted": tells["lifted"]}
    suppressed = statements.run(connection, "erasure/blank_suppressions", **written).rowcount
    blanked = {"reasons of sync.act": acted, "reasons of contacts.suppression": suppressed}
    return {name: rows for name, rows in blanked.items() if rows}


def quotes(text: str, values: Iterable[str]) -> bool:
    """Whether a text holds one of the values as a word of its own, in any case."""
    return any(re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text, re.IGNORECASE) for value in values if value.strip())
