"""Suppressing people by hand and taking it back, with who, when and why (OUT-17).

A suppression by command holds for the address and, if somebody in the organisation has it, for the person whatever
address they get later (OUT-13). Lifting `complaint` and `erased` needs force. Addresses never appear in messages.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import text

from contact_sync.core.email import address_key
from contact_sync.errors import ConfigError
from contact_sync.warehouse import organisation
from contact_sync.warehouse.database import Warehouse

KINDS = ("blocked", "registry")
FORCED = ("complaint", "erased")


@dataclass(frozen=True, slots=True)
class SuppressionResult:
    """invalid: 1-based positions of the entries that are no addresses; nothing was written for them."""

    added: int
    already: int
    invalid: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class UnsuppressResult:
    """not_found: positions without any suppression; needs_force: positions with a complaint or erasure."""

    lifted: int
    not_found: tuple[int, ...]
    needs_force: tuple[int, ...]
    invalid: tuple[int, ...]


def suppress(
    warehouse: Warehouse, addresses: Iterable[str], kind: str, reason: str, who: str
) -> SuppressionResult:
    """Suppress each address, and the person who has it. One transaction; already suppressed ones stay as they are."""
    if kind not in KINDS:
        raise ConfigError(f"--as {kind}: allowed are {', '.join(KINDS)}.")
    keys, invalid = _keys(addresses)
    values = {"keys": list(keys), "kind": kind, "reason": _reason(reason), "who": who}
    with warehouse.transaction() as connection:
        organisation.lock(connection)
        added = connection.execute(_SUPPRESS, values).rowcount
        if added:
            organisation.note_change(connection)
    return SuppressionResult(added, len(keys) - added, invalid)


def unsuppress(
    warehouse: Warehouse, addresses: Iterable[str], reason: str, who: str, *, force: bool = False
) -> UnsuppressResult:
    """Lift every suppression of each address and of the person who has it. One transaction."""
    keys, invalid = _keys(addresses)
    values = {"keys": list(keys), "reason": _reason(reason), "who": who, "kept": [] if force else [*FORCED]}
    with warehouse.transaction() as connection:
        organisation.lock(connection)
        held = {(row.email_key, row.kind) for row in connection.execute(_HELD, values)}
        lifted = connection.execute(_LIFT, values).rowcount
        if lifted:
            organisation.note_change(connection)
    found = {key for key, _ in held}
    forced = set() if force else {key for key, kind in held if kind in FORCED}
    return UnsuppressResult(
        lifted=lifted,
        not_found=tuple(position for key, position in keys.items() if key not in found),
        needs_force=tuple(position for key, position in keys.items() if key in forced),
        invalid=invalid,
    )


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


def _reason(reason: str) -> str:
    if not reason.strip():
        raise ConfigError("--reason is empty: say why, it is kept with who and when.")
    return reason.strip()


_SUPPRESS = text(
    "INSERT INTO contacts.suppression (kind, contact_id, email_key, origin, reason, created_by, created_at) "
    "SELECT :kind, person.contact_id, asked.email_key, 'command', :reason, :who, now() "
    "FROM unnest(CAST(:keys AS text[])) AS asked (email_key) "
    "LEFT JOIN contacts.contact AS person ON person.email_key = asked.email_key "
    "WHERE NOT EXISTS (SELECT FROM contacts.suppression AS held WHERE held.email_key = asked.email_key "
    "AND held.kind = :kind AND held.lifted_at IS NULL)"
)
_CONCERNED = (
    "FROM unnest(CAST(:keys AS text[])) AS asked (email_key) "
    "LEFT JOIN contacts.contact AS person ON person.email_key = asked.email_key "
    "JOIN contacts.suppression AS held ON held.lifted_at IS NULL "
    "AND (held.email_key = asked.email_key OR held.contact_id = person.contact_id) "
)
_HELD = text(f"SELECT asked.email_key, held.kind {_CONCERNED}")  # noqa: S608 - a constant
_LIFT = text(
    "UPDATE contacts.suppression AS lifted SET lifted_at = now(), lifted_by = :who, lifted_reason = :reason "
    f"WHERE lifted.suppression_id IN (SELECT held.suppression_id {_CONCERNED}"  # noqa: S608 - a constant
    "WHERE NOT held.kind = ANY (CAST(:kept AS text[])))"
)
