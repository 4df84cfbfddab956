"""Up to where each sync has read its source. Moves only inside a load, and only forward under one scope (RET-7)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text


def reached(connection: Connection, sync_no: int, source_fingerprint: str) -> datetime | None:
    """The watermark of a sync, None before its first success under this list, module, scope and look-back (RET-11)."""
    value = connection.execute(_READ, {"sync_no": sync_no, "fingerprint": source_fingerprint}).scalar()
    return value if isinstance(value, datetime) else None


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a sync stands, under whatever settings. settings: those in force when it came there, as JSON."""

    value: datetime
    source_fingerprint: str
    fetch_id: int
    settings: dict[str, Any]


def standing(connection: Connection, sync_no: int) -> Mark | None:
    """The watermark of a sync with what it is true for; None before its first success."""
    row = connection.execute(_STANDING, {"sync_no": sync_no}).one_or_none()
    return None if row is None else Mark(*row)


def move(connection: Connection, sync_no: int, value: datetime, source_fingerprint: str, fetch_id: int) -> None:
    """Move the watermark to `value`; an earlier value under the same scope changes nothing."""
    connection.execute(
        _MOVE, {"sync_no": sync_no, "value": value, "fingerprint": source_fingerprint, "fetch_id": fetch_id}
    )


_READ = text("SELECT value FROM sync.watermark WHERE sync_no = :sync_no AND source_fingerprint = :fingerprint")
_STANDING = text(
    "SELECT mark.value, mark.source_fingerprint, mark.fetch_id, version.settings FROM sync.watermark AS mark "
    "JOIN sync.fetch USING (fetch_id) JOIN sync.config_version AS version USING (config_version) "
    "WHERE mark.sync_no = :sync_no"
)
_MOVE = text(
    "INSERT INTO sync.watermark AS mark (sync_no, value, source_fingerprint, fetch_id) "
    "VALUES (:sync_no, :value, :fingerprint, :fetch_id) "
    "ON CONFLICT (sync_no) DO UPDATE SET value = excluded.value, source_fingerprint = excluded.source_fingerprint, "
    "fetch_id = excluded.fetch_id "
    "WHERE mark.source_fingerprint <> excluded.source_fingerprint OR mark.value < excluded.value"
)
