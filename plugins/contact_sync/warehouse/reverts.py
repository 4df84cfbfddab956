"""Taking back what one fetch did to people, as far as nothing touched it since (OPS-12).

Taken back are the memberships it began, the people it added or took back, and the values and addresses it replaced.
Memberships that options of the sync ended stay ended, for their records left the source, or the person did. Nothing is
erased, no suppression is lifted, nobody becomes mailable who was not before the fetch; ledger, counters
and watermark stay as they are. What somebody or something else changed since is left, with the reason.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from contact_sync.errors import ConfigError
from contact_sync.warehouse import acts, organisation, statements
from contact_sync.warehouse.database import Warehouse

KINDS = {
    "membership": "memberships that it began",
    "new": "people whom it added",
    "re_added": "people whom it took back into the organisation",
    "values": "people whose values it changed",
    "address": "people whose address it changed",
}
"""What a fetch does that can be taken back, in the order of the report."""
REASONS = {
    "removed_since": "the membership has ended since",
    "unsubscribed_since": "the person has unsubscribed since",
    "changed_since": "the membership has changed since",
    "mailed_since": "the person has been mailed, or has answered, since",
    "supplied_by_another_sync": "another sync supplies the membership too",
    "deleted_since": "the person has been deleted since",
    "changed_by_hand": "somebody has changed the person by hand since",
    "changed_by_a_later_fetch": "a later fetch has changed the person",
    "suppressed_since": "the person or the address has been suppressed since",
    "still_in_a_list": "the person is still in a list",
    "address_taken_since": "somebody else has the former address now",
    "would_be_mailed": "the address bounces, and with the former one a list joined since would be mailed",
}
"""Why something is left."""
_PLAN = ("plan_memberships", "plan_people", "plan_values", "plan_addresses")
_APPLY = (
    "apply_memberships", "apply_address_history", "apply_links", "apply_changes", "apply_new", "apply_owners",
    "apply_owners_before",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that the fetch did to one person. left_because: a word of REASONS; None if it is taken back."""

    kind: str
    contact_id: int
    left_because: str | None


@dataclass(frozen=True, slots=True)
class Revert:
    """What a revert takes back and leaves. applied: whether it has been done, or is only what would be."""

    fetch_id: int
    sync_id: str
    applied: bool
    items: tuple[Item, ...]

    @property
    def taken_back(self) -> Counter[str]:
        """How many of each kind are taken back."""
        return Counter(item.kind for item in self.items if item.left_because is None)

    @property
    def left(self) -> Counter[tuple[str, str]]:
        """How many of each (kind, reason) are left."""
        return Counter((item.kind, item.left_because) for item in self.items if item.left_because is not None)


def preview(warehouse: Warehouse, fetch_id: int) -> Revert:
    """What `revert` would do now. Writes nothing. Raises ConfigError if there is no such fetch, or it never loaded."""
    with warehouse.transaction() as connection:
        sync_id = _loaded(connection, fetch_id)
        return Revert(fetch_id, sync_id, False, tuple(_plan(connection, fetch_id)))


def revert(warehouse: Warehouse, fetch_id: int, reason: str, who: str) -> Revert:
    """Take the fetch back in one transaction; a second time there is nothing left to do. Raises as `preview`."""
    why = acts.given_reason(reason)
    with warehouse.transaction() as connection:
        organisation.lock(connection)
        sync_id = _loaded(connection, fetch_id)
        items = _plan(connection, fetch_id)
        if any(item.left_because is None for item in items):
            for name in _APPLY:
                _run(connection, name, fetch_id)
            acts.record(connection, "revert", who, reason=why, fetch_id=fetch_id)
            organisation.note_change(connection)
    return Revert(fetch_id, sync_id, True, tuple(items))


def _loaded(connection: Connection, fetch_id: int) -> str:
    """The sync of a loaded fetch."""
    found = statements.run(connection, "revert/fetch", fetch_id=fetch_id).one_or_none()
    if found is None:
        raise ConfigError(f"there is no fetch {fetch_id}. See their numbers with: contact-sync history")
    if found.loaded_at is None:
        raise ConfigError(
            f"fetch {fetch_id} of {found.sync_id} never loaded ({found.status}): it wrote nothing to contacts, so "
            "there is nothing to take back."
        )
    return str(found.sync_id)


def _plan(connection: Connection, fetch_id: int) -> Sequence[Item]:
    statements.run(connection, "revert/plan_table")
    for name in _PLAN:
        _run(connection, name, fetch_id)
    connection.execute(_ANALYSE)
    while _run(connection, "plan_taken", fetch_id):
        pass
    order = list(KINDS)
    items = [Item(row.kind, row.contact_id, row.left_because) for row in statements.run(connection, "revert/plan")]
    return sorted(items, key=lambda item: order.index(item.kind))


def _run(connection: Connection, name: str, fetch_id: int) -> int:
    return statements.run(connection, f"revert/{name}", fetch_id=fetch_id).rowcount


_ANALYSE = text("ANALYZE reverting")
