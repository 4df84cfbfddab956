"""Other fetches of a sync, as one of its fetches sees them: who has the turn, who came later, what earlier ones read.

Asks only; whatever changes the row of a fetch is in warehouse/fetches.py.
"""

from datetime import datetime

from sqlalchemy import Connection, text

from contact_sync.core.mapping_types import FieldMapping
from contact_sync.core.run import RunInfo
from contact_sync.warehouse.fetches import Fetch


def hold_turn(connection: Connection, run: RunInfo) -> None:
    """Hold the sync's turn until the transaction ends, so that of two runs that ask at once one sees the other, also
    before the registry knows the sync.
    """
    connection.execute(_HOLD_TURN, {"sync_id": run.dag_id})


def another_running(connection: Connection, run: RunInfo, since: datetime) -> int | None:
    """The id of another run's fetch of the same sync that is under way, if any was begun after `since`.

    Holds the sync's turn until the transaction ends.
    """
    hold_turn(connection, run)
    values = {"sync_id": run.dag_id, "run_id": run.run_id, "since": since}
    found = connection.execute(_ANOTHER, values).scalar()
    return None if found is None else int(found)


def read_since(connection: Connection, fetch: Fetch) -> int | None:
    """The id of a loaded fetch of the same sync that has read since this one did, and may know newer states of what
    lies in its batch; None if there is none. A backfill over days that were past by then knows none.
    """
    found = connection.execute(_READ_SINCE, {"fetch_id": fetch.fetch_id}).scalar()
    return None if found is None else int(found)


def is_outdated(connection: Connection, fetch: Fetch) -> bool:
    """Whether a later fetch of the same sync has been loaded under another configuration."""
    return bool(connection.execute(_IS_OUTDATED, {"fetch_id": fetch.fetch_id}).scalar_one())


def recent_reads(connection: Connection, fetch: Fetch) -> list[int]:
    """Records read by the last ten loaded fetches of the same sync and kind (full or incremental)."""
    values = {"sync_no": fetch.sync_no, "fetch_id": fetch.fetch_id, "full": fetch.window.start is None}
    return [int(read) for read in connection.execute(_RECENT, values).scalars()]


def told_before(connection: Connection, fetch: Fetch) -> tuple[FieldMapping, ...]:
    """The lines that the source's own fields told at the sync's last loaded fetch of it (MAP-1).

    One that read nothing does not count: a report of Creator shows no fields while it has no rows.
    """
    values = {"sync_no": fetch.sync_no, "source_no": fetch.source_no, "fetch_id": fetch.fetch_id}
    lines = connection.execute(_TOLD_BEFORE, values).scalar()
    return tuple(FieldMapping(**line) for line in lines or ())


_HOLD_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended('contact_sync.turn:' || :sync_id, 0))")
_ANOTHER = text(
    "SELECT max(fetch_id) FROM sync.fetch JOIN sync.sync USING (sync_no) WHERE sync_id = :sync_id "
    "AND run_id <> :run_id AND status = 'running' AND started_at > :since"
)
_READ_SINCE = text(
    "SELECT max(later.fetch_id) FROM sync.fetch AS mine JOIN sync.fetch AS later USING (sync_no, source_no) "
    "WHERE mine.fetch_id = :fetch_id AND later.loaded_at IS NOT NULL AND later.source_clock > mine.source_clock "
    "AND later.window_end > mine.source_clock"
)
_IS_OUTDATED = text(
    "SELECT EXISTS (SELECT FROM sync.fetch AS mine JOIN sync.fetch AS later USING (sync_no) "
    "WHERE mine.fetch_id = :fetch_id AND later.fetch_id > mine.fetch_id AND later.loaded_at IS NOT NULL "
    "AND later.config_version <> mine.config_version)"
)
_RECENT = text(
    "SELECT read FROM sync.fetch WHERE sync_no = :sync_no AND fetch_id <> :fetch_id AND loaded_at IS NOT NULL "
    "AND run_type <> 'backfill' AND (window_start IS NULL) = :full ORDER BY loaded_at DESC LIMIT 10"
)
_TOLD_BEFORE = text(
    "SELECT told_mapping FROM sync.fetch WHERE sync_no = :sync_no AND source_no = :source_no "
    "AND fetch_id <> :fetch_id AND loaded_at IS NOT NULL AND staged_rows > 0 ORDER BY loaded_at DESC LIMIT 1"
)
