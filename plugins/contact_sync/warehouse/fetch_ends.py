"""How a fetch ends: its counters and its status, once loaded, previewed, failed or pushed (OPS-1).

A loaded fetch never becomes unloaded; warnings that come later only make it degraded, work left over makes it partial.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, text

from contact_sync.warehouse.fetches import add_warnings


def close_loaded(connection: Connection, fetch_id: int, counts: dict[str, int], status: str) -> None:
    """Write counters and status of a loaded fetch."""
    connection.execute(_LOADED, {"fetch_id": fetch_id, "status": status, **counts})


def reasons_of(connection: Connection, fetch_id: int) -> list[dict[str, Any]]:
    """Its counters by reason, as they stand in this transaction."""
    return [dict(row) for row in connection.execute(_REASONS, {"fetch_id": fetch_id}).mappings()]


def close_preview(
    connection: Connection, fetch_id: int, counts: Mapping[str, int | None], reasons: Sequence[Mapping[str, Any]]
) -> None:
    """Write the counters of a preview: what a load would have made of the batch, and a push of the people (RET-6).

    counts: pushed is None for a run that does not push. reasons: as `reasons_of` had them.
    """
    connection.execute(_PREVIEWED, {"fetch_id": fetch_id, **counts})
    if reasons:
        connection.execute(_REASON, list(reasons))


def credits_of(connection: Connection, fetch_id: int) -> int:
    """API credits that a fetch has spent so far."""
    return int(connection.execute(_CREDITS, {"fetch_id": fetch_id}).scalar_one())


def close_unloaded(connection: Connection, fetch_id: int, *, status: str, reason: str, remedy: str | None) -> None:
    """Write why a fetch failed or was skipped; a loaded fetch keeps what it is."""
    values = {"fetch_id": fetch_id, "status": status, "reason": reason, "remedy": remedy}
    connection.execute(_UNLOADED, values)


def note_pushed(connection: Connection, fetch_id: int) -> None:
    """Write how many leads the push task of this fetch pushed, those of an attempt that was killed among them."""
    connection.execute(_PUSHED, {"fetch_id": fetch_id})


def degrade(connection: Connection, fetch_id: int, warnings: Sequence[str]) -> None:
    """Add warnings that came after load; with any, a succeeded fetch becomes degraded."""
    if warnings:
        add_warnings(connection, fetch_id, warnings)
        connection.execute(_DEGRADE, {"fetch_id": fetch_id})


def leave_for_later(connection: Connection, fetch_id: int, warning: str) -> None:
    """Add why some of its work is left for a later run; a loaded fetch becomes partial (OPS-1)."""
    add_warnings(connection, fetch_id, [warning])
    connection.execute(_LEAVE, {"fetch_id": fetch_id})


_LOADED = text(
    "UPDATE sync.fetch SET status = CASE WHEN left_for_later THEN 'partial' ELSE :status END, reason = NULL, "
    "remedy = NULL, loaded_at = now(), finished_at = now(), "
    "read = :read, out_of_scope = :out_of_scope, total = :total, new = :new, re_added = :re_added, "
    "duplicate_in_list = :duplicate_in_list, duplicate_other_list = :duplicate_other_list, "
    "duplicate_no_list = :duplicate_no_list, changed = :changed, ignored = :ignored, joined = :joined, "
    "removed = :removed, pending_removals = :pending_removals, deleted = :deleted "
    "WHERE fetch_id = :fetch_id"
)
_PREVIEWED = text(
    "UPDATE sync.fetch SET status = 'preview', reason = NULL, remedy = NULL, finished_at = now(), "
    "read = :read, out_of_scope = :out_of_scope, total = :total, new = :new, re_added = :re_added, "
    "duplicate_in_list = :duplicate_in_list, duplicate_other_list = :duplicate_other_list, "
    "duplicate_no_list = :duplicate_no_list, changed = :changed, ignored = :ignored, joined = :joined, "
    "removed = :removed, pending_removals = :pending_removals, deleted = :deleted, pushed = :pushed "
    "WHERE fetch_id = :fetch_id AND loaded_at IS NULL"
)
_REASONS = text("SELECT fetch_id, outcome, reason, sub_code, records FROM sync.fetch_reason WHERE fetch_id = :fetch_id")
_REASON = text(
    "INSERT INTO sync.fetch_reason (fetch_id, outcome, reason, sub_code, records) "
    "VALUES (:fetch_id, :outcome, :reason, :sub_code, :records)"
)
_CREDITS = text("SELECT coalesce(credits, 0) FROM sync.import_history WHERE fetch_id = :fetch_id")
_UNLOADED = text(
    "UPDATE sync.fetch SET status = :status, reason = :reason, remedy = :remedy, finished_at = now() "
    "WHERE fetch_id = :fetch_id AND loaded_at IS NULL"
)
_PUSHED = text(
    "UPDATE sync.fetch SET finished_at = now(), pushed = "
    "(SELECT count(*) FROM sync.push_ledger WHERE fetch_id = :fetch_id AND outcome IN ('inserted', 'updated')) "
    "WHERE fetch_id = :fetch_id"
)
_DEGRADE = text("UPDATE sync.fetch SET status = 'degraded' WHERE fetch_id = :fetch_id AND status = 'succeeded'")
_LEAVE = text(
    "UPDATE sync.fetch SET status = 'partial' WHERE fetch_id = :fetch_id AND status IN ('succeeded', 'degraded')"
)
