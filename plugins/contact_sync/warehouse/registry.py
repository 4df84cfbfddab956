"""The registry of syncs: which ones there are, their configuration versions, their state (CFG-1, LIM-1).

Only a run, a command of a person, or housekeeping writes here; reading a DAG file never does. What makes a sync active
takes a slot (LIM-2), under the lock of contact_sync.warehouse.limits and after every other row that it needs.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, text

from contact_sync.warehouse import limits, statements
from contact_sync.warehouse.database import Warehouse

Reason = Literal["by_hand", "completed", "credentials_changed", "source_renamed", "period_over", "over_limit"]
"""Why a sync is inactive, as far as the registry keeps it; configuration_error is read off the files (LIM-4)."""

CAME_BACK = "file came back"
"""What made a sync inactive, by_hand, whose file was away so long that it counted as deleted (LIM-3)."""


@dataclass(frozen=True, slots=True)
class Registration:
    """What a run brings to the registry. `settings` is the resolved configuration as JSON.

    slots: how many syncs may be active at a time, None for any number (LIM-2).
    """

    sync_id: str
    name: str
    account: str
    module: str
    list_name: str
    fingerprint: str
    mapping_fingerprint: str
    settings: dict[str, Any]
    slots: int | None = None


@dataclass(frozen=True, slots=True)
class Registered:
    """The numbers under which the registry knows it. new: whether this was the first registration of the sync.
    new_version: whether its configuration was not the one in force before.
    """

    sync_no: int
    source_no: int
    list_id: int
    config_version: int
    state: str
    inactive_reason: str | None
    restart_pending: bool
    new_version: bool
    new: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """Where a sync stands (LIM-1). has_read: whether any fetch of it has read its source."""

    sync_no: int
    state: str
    inactive_reason: str | None
    has_read: bool


def register(connection: Connection, seen: Registration, now: datetime, by: str = "first run") -> Registered:
    """Write what is new of a sync: itself, its source, its list, this version of its configuration.

    A new one is active if a slot is free, else inactive, over_limit: slots go in the order of first registration. One
    that was deleted and whose file had gone comes back inactive, by_hand (LIM-3). Takes the sync's row until the
    transaction ends, so that two runs of one sync do not interleave here. by: what sees it, kept if this is the sync's
    first sight.
    """
    first = {"sync_id": seen.sync_id, "name": seen.name, "now": now, "by": by}
    new = connection.execute(_REGISTER_SYNC, first).rowcount == 1
    row = connection.execute(_SYNC, {"sync_id": seen.sync_id}).one()
    source_no = _number(connection, _SOURCE, {"account": seen.account, "module": seen.module})
    if (row.name, row.source_no) != (seen.name, source_no):
        connection.execute(_DESCRIBE, {"sync_no": row.sync_no, "name": seen.name, "source_no": source_no})
    list_id = _number(connection, _LIST, {"name": seen.list_name, "now": now})
    config_version, new_version = _config_version(connection, row.sync_no, seen, now)
    if new and seen.slots != 0:
        _give_slot(connection, row.sync_no, seen.slots, now)
    if row.missing_since is not None:
        see_file(connection, row.sync_no, now)
    stands = connection.execute(_SYNC, {"sync_id": seen.sync_id}).one()
    return Registered(
        sync_no=row.sync_no,
        source_no=source_no,
        list_id=list_id,
        config_version=config_version,
        state=stands.state,
        inactive_reason=stands.inactive_reason,
        restart_pending=stands.restart_pending,
        new=new,
        new_version=new_version,
    )


def see_file(connection: Connection, sync_no: int, now: datetime) -> bool:
    """The sync's file is there. If it was away and the sync counts as deleted, it comes back inactive, by_hand.

    Returns whether it did. A sync that was only missing goes on as it was, and one deleted by a command whose file was
    there all the time stays deleted (LIM-3).
    """
    values = {"sync_no": sync_no, "gone": now - limits.GONE_AFTER, "by": CAME_BACK}
    back = connection.execute(_COME_BACK, values).rowcount == 1
    connection.execute(_NOT_MISSING, {"sync_no": sync_no})
    return back


def state(connection: Connection, sync_id: str) -> State | None:
    """Where the registry knows a sync to stand, None if it does not know it. Holds nothing."""
    row = connection.execute(_STATE, {"sync_id": sync_id}).one_or_none()
    return None if row is None else State(*row)


def of_account(connection: Connection, account: str) -> list[int]:
    """The numbers of an account's syncs, held until the transaction ends."""
    return list(statements.run(connection, "registry/syncs_of_account", account=account).scalars())


def waiting_of_account(connection: Connection, account: str) -> list[tuple[int, str]]:
    """Number and id of an account's syncs that are inactive because its credentials changed, in the order of their
    first registration (ACC-4). All syncs of the account are held until the transaction ends.
    """
    of_account(connection, account)
    return [(row.sync_no, row.sync_id) for row in connection.execute(_WAITING, {"account": account})]


def waiting(connection: Connection, account: str) -> list[str]:
    """The ids of an account's syncs that are inactive because its credentials changed (ACC-4)."""
    return sorted(row.sync_id for row in connection.execute(_WAITING, {"account": account}))


def of_source(connection: Connection, source_no: int, *, application: bool) -> list[int]:
    """The numbers of a report's syncs, or of all on its application, held until the transaction ends."""
    found = statements.run(connection, "registry/syncs_of_source", source_no=source_no, application=application)
    return list(found.scalars())


def deactivate(connection: Connection, syncs: Sequence[int], reason: Reason, by: str) -> list[str]:
    """Make those of the syncs inactive that are active; a reason that holds already stays. Returns their ids.

    Whoever names several holds them first, as of_account and of_source do, so that no two deadlock.
    """
    values = {"syncs": list(syncs), "reason": reason, "by": by}
    return sorted(connection.execute(_DEACTIVATE, values).scalars())


def activate(
    connection: Connection, syncs: Sequence[int], by: str, reason: Reason | None = None
) -> list[tuple[int, str]]:
    """Make those of the syncs active that are inactive, with `reason` only those inactive for it.

    Returns number and id of those that were. The caller keeps the act.
    """
    values = {"syncs": list(syncs), "reason": reason, "by": by}
    return sorted((row.sync_no, row.sync_id) for row in connection.execute(_ACTIVATE, values))


def registered_settings(warehouse: Warehouse) -> dict[str, list[dict[str, Any]]]:
    """Every sync that was not deleted, by its id, with the settings of each of its registered configurations."""
    found: dict[str, list[dict[str, Any]]] = {}
    with warehouse.transaction() as connection:
        for sync_id, settings in connection.execute(_SETTINGS):
            found.setdefault(sync_id, []).append(settings)
    return found


def complete(connection: Connection, sync_no: int) -> None:
    """A one-time sync has run: inactive, `completed` (RET-1)."""
    deactivate(connection, [sync_no], "completed", "one-time run")


def finish_restart(connection: Connection, sync_no: int) -> None:
    """The full read of an initiated sync has been loaded."""
    connection.execute(_FINISH_RESTART, {"sync_no": sync_no})


def restart(connection: Connection, sync_id: str, who: str) -> int | None:
    """Make a sync active and let its next run read everything (RET-10); its number, None if it is not registered.

    The caller keeps the act.
    """
    found = connection.execute(_RESTART, {"sync_id": sync_id, "who": who}).scalar()
    return None if found is None else int(found)


def delete(connection: Connection, sync_id: str, who: str, missing_by: datetime | None = None) -> bool:
    """Delete a sync: whatever of it is at work writes nothing more (LIM-3). Returns whether it was there to delete.

    missing_by: only if its file has been missing since then, or longer. Waits for a load that has begun to commit. What
    the sync brought stays. The caller keeps the act.
    """
    connection.execute(_FENCE_OFF, {"sync_id": sync_id})
    values = {"sync_id": sync_id, "who": who, "missing_by": missing_by}
    return connection.execute(_DELETE, values).rowcount == 1


def is_deleted(connection: Connection, sync_no: int) -> bool:
    """Whether the sync is deleted now."""
    return bool(connection.execute(_IS_DELETED, {"sync_no": sync_no}).scalar())


def _give_slot(connection: Connection, sync_no: int, slots: int | None, now: datetime) -> None:
    limits.hold(connection)
    if slots is None or len(limits.holders(connection, now)) < slots:
        connection.execute(_FIRST_ACTIVE, {"sync_no": sync_no})


def _number(connection: Connection, pair: tuple[Any, Any], values: dict[str, Any]) -> int:
    insert, select = pair
    connection.execute(insert, values)
    return int(connection.execute(select, values).scalar_one())


def _config_version(connection: Connection, sync_no: int, seen: Registration, now: datetime) -> tuple[int, bool]:
    """(number, whether another one was in force before, or none)."""
    written = statements.run(
        connection,
        "registry/config_version",
        sync_no=sync_no,
        fingerprint=seen.fingerprint,
        mapping_fingerprint=seen.mapping_fingerprint,
        settings=json.dumps(seen.settings),
        now=now,
    )
    found = connection.execute(_VERSION, {"sync_no": sync_no, "fingerprint": seen.fingerprint})
    return int(found.scalar_one()), written.rowcount == 1


_REGISTER_SYNC = text(
    "INSERT INTO sync.sync (sync_id, name, state, inactive_reason, state_changed_at, state_changed_by, registered_at) "
    "VALUES (:sync_id, :name, 'inactive', 'over_limit', :now, :by, :now) ON CONFLICT (sync_id) DO NOTHING"
)
_SYNC = text(
    "SELECT sync_no, name, source_no, state, inactive_reason, restart_pending, missing_since FROM sync.sync "
    "WHERE sync_id = :sync_id FOR UPDATE"
)
_DESCRIBE = text("UPDATE sync.sync SET name = :name, source_no = :source_no WHERE sync_no = :sync_no")
_STATE = text(
    "SELECT sync_no, state, inactive_reason, EXISTS (SELECT FROM sync.fetch AS run WHERE run.staged_rows IS NOT NULL "
    "AND run.sync_no = registered.sync_no) FROM sync.sync AS registered WHERE sync_id = :sync_id"
)
_SOURCE = (
    text("INSERT INTO sync.source (account, module) VALUES (:account, :module) ON CONFLICT DO NOTHING"),
    text("SELECT source_no FROM sync.source WHERE account = :account AND module = :module"),
)
_LIST = (
    text("INSERT INTO contacts.mailing_list (name, created_at) VALUES (:name, :now) ON CONFLICT (name) DO NOTHING"),
    text("SELECT list_id FROM contacts.mailing_list WHERE name = :name"),
)
_VERSION = text(
    "SELECT config_version FROM sync.config_version WHERE sync_no = :sync_no AND fingerprint = :fingerprint"
)
_SETTINGS = text(
    "SELECT sync_id, settings FROM sync.sync JOIN sync.config_version USING (sync_no) WHERE state <> 'deleted' "
    "ORDER BY sync_no, config_version"
)
_WAITING = text(
    "SELECT sync_no, sync_id FROM sync.sync JOIN sync.source USING (source_no) "
    "WHERE account = :account AND inactive_reason = 'credentials_changed' ORDER BY registered_at, sync_no"
)
_DEACTIVATE = text(
    "UPDATE sync.sync SET state = 'inactive', inactive_reason = :reason, state_changed_at = now(), "
    "state_changed_by = :by WHERE sync_no = ANY(CAST(:syncs AS integer[])) AND state = 'active' RETURNING sync_id"
)
_ACTIVATE = text(
    "UPDATE sync.sync SET state = 'active', inactive_reason = NULL, state_changed_at = now(), state_changed_by = :by "
    "WHERE sync_no = ANY(CAST(:syncs AS integer[])) AND state = 'inactive' "
    "AND (CAST(:reason AS text) IS NULL OR inactive_reason = :reason) RETURNING sync_no, sync_id"
)
_FINISH_RESTART = text("UPDATE sync.sync SET restart_pending = false WHERE sync_no = :sync_no")
_RESTART = text(
    "UPDATE sync.sync SET state = 'active', inactive_reason = NULL, restart_pending = true, "
    "state_changed_at = now(), state_changed_by = :who WHERE sync_id = :sync_id RETURNING sync_no"
)
_FIRST_ACTIVE = text("UPDATE sync.sync SET state = 'active', inactive_reason = NULL WHERE sync_no = :sync_no")
_COME_BACK = text(
    "UPDATE sync.sync SET state = 'inactive', inactive_reason = 'by_hand', missing_since = NULL, "
    "state_changed_at = now(), state_changed_by = :by "
    "WHERE sync_no = :sync_no AND missing_since IS NOT NULL AND (state = 'deleted' OR missing_since <= :gone)"
)
_NOT_MISSING = text("UPDATE sync.sync SET missing_since = NULL WHERE sync_no = :sync_no AND missing_since IS NOT NULL")
_FENCE_OFF = text(
    "UPDATE sync.fetch AS run SET attempt = attempt + 1 FROM sync.sync AS registered "
    "WHERE registered.sync_id = :sync_id AND run.sync_no = registered.sync_no AND (run.status = 'running' OR "
    "run.fetch_id = (SELECT max(fetch_id) FROM sync.fetch AS newest WHERE newest.sync_no = registered.sync_no))"
)
_DELETE = text(
    "UPDATE sync.sync SET state = 'deleted', inactive_reason = NULL, restart_pending = false, "
    "state_changed_at = now(), state_changed_by = :who WHERE sync_id = :sync_id AND state <> 'deleted' "
    "AND (CAST(:missing_by AS timestamptz) IS NULL OR missing_since <= :missing_by)"
)
_IS_DELETED = text("SELECT state = 'deleted' FROM sync.sync WHERE sync_no = :sync_no")
