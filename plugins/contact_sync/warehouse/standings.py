"""Where every sync stands for people: the registry's state, seen together with the files that are there (LIM-1, LIM-3).

`missing` and `configuration_error` are computed whenever somebody reads. Housekeeping alone notes since when a file is
away, and writes `deleted` a day later; no run is needed for either, for a sync without a file has none.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from contact_sync.warehouse import acts, registry
from contact_sync.warehouse.database import Warehouse
from contact_sync.warehouse.limits import GONE_AFTER

HOUSEKEEPING = "housekeeping"
ITS_FILE_WENT = "its file was removed"


@dataclass(frozen=True, slots=True)
class Kept:
    """What the registry keeps of a sync. missing_since: when housekeeping first found no file of it."""

    sync_no: int
    sync_id: str
    name: str
    state: str
    inactive_reason: str | None
    since: datetime
    by: str
    missing_since: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a sync stands. state: active, inactive, missing or deleted.

    reason: why it is inactive; of a missing one, what it is once its file is back. since: of that state, if known.
    """

    state: str
    reason: str | None = None
    since: datetime | None = None
    by: str | None = None

    @property
    def in_words(self) -> str:
        """State and reason, such as `inactive: by_hand`."""
        return f"{self.state}: {self.reason}" if self.reason else self.state


def read(connection: Connection) -> list[Kept]:
    """Every sync that was ever registered, in the order of first registration."""
    return [Kept(*row) for row in connection.execute(_READ)]


def standing(kept: Kept, *, has_file: bool, good: bool, now: datetime) -> Standing:
    """Where a sync stands now. good: its file is there and has no flaw (LIM-4)."""
    deleted = kept.state == "deleted"
    gone = kept.missing_since is not None and kept.missing_since <= now - GONE_AFTER
    if not has_file:
        if deleted:
            return Standing("deleted", None, kept.since, kept.by)
        if gone:
            return Standing("deleted", None, kept.missing_since, HOUSEKEEPING)
        return Standing("missing", kept.inactive_reason or kept.state, kept.missing_since)
    if gone or (deleted and kept.missing_since is not None):
        return Standing("inactive", "by_hand", None, registry.CAME_BACK)
    if deleted:
        return Standing("deleted", None, kept.since, kept.by)
    if not good:
        return Standing("inactive", "configuration_error")
    return Standing(kept.state, kept.inactive_reason, kept.since, kept.by)


def follow_files(warehouse: Warehouse, files: Collection[str], now: datetime) -> int:
    """Note which syncs have no file any more, and delete those that have had none for a day; how many (LIM-3).

    files: the ids of all sync files, broken ones too. A sync whose file is back comes back, see registry.see_file. Each
    sync has a transaction of its own: nobody waits for more than one of them.
    """
    with warehouse.transaction() as connection:
        kept = read(connection)
    return sum(_follow(warehouse, each, each.sync_id in files, now) for each in kept)


def _follow(warehouse: Warehouse, kept: Kept, has_file: bool, now: datetime) -> bool:
    """One sync; whether it was deleted."""
    missing = kept.missing_since
    if has_file:
        if missing is not None:
            with warehouse.transaction() as connection:
                registry.see_file(connection, kept.sync_no, now)
    elif missing is None:
        with warehouse.transaction() as connection:
            connection.execute(_MISSES, {"sync_no": kept.sync_no, "now": now})
    elif kept.state != "deleted" and missing <= now - GONE_AFTER:
        with warehouse.transaction() as connection:
            gone = registry.delete(connection, kept.sync_id, HOUSEKEEPING, missing_by=now - GONE_AFTER)
            if gone:
                acts.record(connection, "delete", HOUSEKEEPING, reason=ITS_FILE_WENT, sync_no=kept.sync_no)
        return gone
    return False


_READ = text(
    "SELECT sync_no, sync_id, name, state, inactive_reason, state_changed_at, state_changed_by, missing_since "
    "FROM sync.sync ORDER BY registered_at, sync_no"
)
_MISSES = text("UPDATE sync.sync SET missing_since = :now WHERE sync_no = :sync_no AND missing_since IS NULL")
