"""Suppressing people by hand and taking it back, with who, when and why (OUT-17).

A suppression by command holds for the address and, if somebody in the organisation has it, for the person whatever
address they get later (OUT-13). Lifting `complaint` and `erased` needs force. Addresses never appear in messages.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import text

from contact_sync.core.email import address_key, hash_keys
from contact_sync.errors import ConfigError
from contact_sync.warehouse import organisation, people, statements
from contact_sync.warehouse.acts import given_reason
from contact_sync.warehouse.database import Warehouse
from contact_sync.warehouse.secrets import hash_key

KINDS = ("blocked", "registry")
FORCED = ("complaint", "erased")


@dataclass(frozen=True, slots=True)
class SuppressionResult:
    """invalid: 1-based positions of the entries that are no addresses; nothing was written for them.

    former: by position, of an address that nobody has now, who had it before. One contact: it is suppressed, too;
    several: the address alone, for it does not tell which of them is meant.
    """

    added: int
    already: int
    invalid: tuple[int, ...]
    former: dict[int, tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UnsuppressResult:
    """not_found: positions without any suppression; needs_force: positions with a complaint or erasure."""

    lifted: int
    not_found: tuple[int, ...]
    needs_force: tuple[int, ...]
    invalid: tuple[int, ...]


def suppress(warehouse: Warehouse, addresses: Iterable[str], kind: str, reason: str, who: str) -> SuppressionResult:
    """Suppress each address, and the person who has it. One transaction; already suppressed ones stay as they are."""
    if kind not in KINDS:
        raise ConfigError(f"--as {kind}: allowed are {', '.join(KINDS)}.")
    keys, invalid = _keys(addresses)
    why = given_reason(reason)
    with warehouse.transaction() as connection:
        organisation.lock(connection)
        former = people.former(connection, list(keys))
        meant = {key: had[0] for key, had in former.items() if len(had) == 1}
        names = {"former_keys": list(meant), "former_ids": list(meant.values())}
        added = statements.run(
            connection, "suppression/suppress", keys=list(keys), **names, kind=kind, reason=why, who=who
        ).rowcount
        if added:
            organisation.note_change(connection)
    return SuppressionResult(added, len(keys) - added, invalid, {keys[key]: had for key, had in former.items()})


def unsuppress(
    warehouse: Warehouse, addresses: Iterable[str], reason: str, who: str, *, force: bool = False
) -> UnsuppressResult:
    """Lift every suppression of each address and of the person who has it. One transaction.

    Somebody erased is found by the hash of the address: raises ConfigError without CONTACT_SYNC_KEY once anybody is.
    Forced, the erasure of a person is lifted with all their suppressions, for all their addresses and records.
    """
    keys, invalid = _keys(addresses)
    why = given_reason(reason)
    hashes = _hashes(warehouse, list(keys))
    with warehouse.transaction() as connection:
        organisation.lock(connection)
        held = list(statements.run(connection, "suppression/held", keys=list(keys), hashes=hashes))
        liftable = {row.suppression_id for row in held if force or row.kind not in FORCED}
        lifted = statements.run(
            connection, "suppression/lift", suppression_ids=list(liftable), reason=why, who=who
        ).rowcount
        if lifted:
            statements.run(connection, "erasure/forget")
            organisation.note_change(connection)
    found = {row.email_key for row in held}
    forced = set() if force else {row.email_key for row in held if row.kind in FORCED}
    return UnsuppressResult(
        lifted=lifted,
        not_found=tuple(position for key, position in keys.items() if key not in found),
        needs_force=tuple(position for key, position in keys.items() if key in forced),
        invalid=invalid,
    )


def _hashes(warehouse: Warehouse, keys: list[str]) -> Sequence[bytes | None]:
    """The keyed hashes of addresses; none of them if nobody is erased, for then nothing is found by them."""
    with warehouse.transaction() as connection:
        anybody = connection.execute(text("SELECT EXISTS (SELECT FROM sync.erased)")).scalar_one()
    return hash_keys(keys, hash_key(warehouse)) if anybody else [None] * len(keys)


def _keys(addresses: Iterable[str]) -> tuple[dict[str, int], tuple[int, ...]]:
    """Address keys with the position of their first entry, and the positions that are no addresses."""
    keys: dict[str, int] = {}
    invalid = []
    for position, address in enumerate(addresses, 1):
        key = address_key(address)
        if key is None:
            invalid.append(position)
        else:
            keys.setdefault(key, position)
    return keys, tuple(invalid)
