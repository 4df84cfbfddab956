"""The registry of syncs: which ones there are, their configuration versions, their state (CFG-1, LIM-1).

Only a run, or a command of a person, writes here; reading a DAG file never does.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from contact_sync.errors import ConfigError
from contact_sync.warehouse import acts, statements
from contact_sync.warehouse.database import Warehouse


@dataclass(frozen=True, slots=True)
class Registration:
    """What a run brings to the registry. `settings` is the resolved configuration as JSON."""

    sync_id: str
    name: str
    account: str
    module: str
    list_name: str
    fingerprint: str
    mapping_fingerprint: str
    settings: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Registered:
    """The numbers under which the registry knows it."""

    sync_no: int
    source_no: int
    list_id: int
    config_version: int
    state: str
    inactive_reason: str | None
    restart_pending: bool


def register(connection: Connection, seen: Registration, now: datetime) -> Registered:
    """Write what is new of a sync: itself, its source, its list, this version of its configuration.

    Takes the sync's row until the transaction ends, so that two runs of one sync do not interleave here.
    """
    connection.execute(_REGISTER_SYNC, {"sync_id": seen.sync_id, "name": seen.name, "now": now})
    row = connection.execute(_SYNC, {"sync_id": seen.sync_id}).one()
    if row.name != seen.name:
        connection.execute(_RENAME, {"sync_no": row.sync_no, "name": seen.name})
    return Registered(
        sync_no=row.sync_no,
        source_no=_number(connection, _SOURCE, {"account": seen.account, "module": seen.module}),
        list_id=_number(connection, _LIST, {"name": seen.list_name, "now": now}),
        config_version=_config_version(connection, row.sync_no, seen, now),
        state=row.state,
        inactive_reason=row.inactive_reason,
        restart_pending=row.restart_pending,
    )


def complete(connection: Connection, sync_no: int) -> None:
    """A one-time sync has run: inactive, `completed` (RET-1)."""
    connection.execute(_COMPLETE, {"sync_no": sync_no})


def finish_restart(connection: Connection, sync_no: int) -> None:
    """The full read of an initiated sync has been loaded."""
    connection.execute(_FINISH_RESTART, {"sync_no": sync_no})


def initiate(warehouse: Warehouse, sync_id: str, who: str) -> None:
    """Make a sync active again and let its next run read everything (RET-1, RET-10).

    Raises ConfigError if no run has registered the sync yet.
    """
    with warehouse.transaction() as connection:
        sync_no = connection.execute(_INITIATE, {"sync_id": sync_id, "who": who}).scalar()
        if sync_no is None:
            raise ConfigError(
                f"{sync_id}: no run has registered this sync yet, so there is nothing to initiate again. Its first run "
                f"reads everything: airflow dags trigger {sync_id}. Registered syncs: contact-sync history"
            )
        acts.record(connection, "initiate", who, sync_no=sync_no)


def _number(connection: Connection, pair: tuple[Any, Any], values: dict[str, Any]) -> int:
    insert, select = pair
    connection.execute(insert, values)
    return int(connection.execute(select, values).scalar_one())


def _config_version(connection: Connection, sync_no: int, seen: Registration, now: datetime) -> int:
    statements.run(
        connection,
        "registry/config_version",
        sync_no=sync_no,
        fingerprint=seen.fingerprint,
        mapping_fingerprint=seen.mapping_fingerprint,
        settings=json.dumps(seen.settings),
        now=now,
    )
    found = connection.execute(_VERSION, {"sync_no": sync_no, "fingerprint": seen.fingerprint})
    return int(found.scalar_one())


_REGISTER_SYNC = text(
    "INSERT INTO sync.sync (sync_id, name, state_changed_at, state_changed_by, registered_at) "
    "VALUES (:sync_id, :name, :now, 'first run', :now) ON CONFLICT (sync_id) DO NOTHING"
)
_SYNC = text(
    "SELECT sync_no, name, state, inactive_reason, restart_pending FROM sync.sync WHERE sync_id = :sync_id FOR UPDATE"
)
_RENAME = text("UPDATE sync.sync SET name = :name WHERE sync_no = :sync_no")
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
_COMPLETE = text(
    "UPDATE sync.sync SET state = 'inactive', inactive_reason = 'completed', "
    "state_changed_at = now(), state_changed_by = 'one-time run' WHERE sync_no = :sync_no AND state = 'active'"
)
_FINISH_RESTART = text("UPDATE sync.sync SET restart_pending = false WHERE sync_no = :sync_no")
_INITIATE = text(
    "UPDATE sync.sync SET state = 'active', inactive_reason = NULL, restart_pending = true, "
    "state_changed_at = now(), state_changed_by = :who WHERE sync_id = :sync_id RETURNING sync_no"
)
