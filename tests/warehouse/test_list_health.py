"""How a list stands, for who is about to use it: by everything that feeds it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text

from contact_sync.warehouse.database import Warehouse
from tests.seeds import sow

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SECOND = """
INSERT INTO contacts.mailing_list (name, created_at) VALUES ('Of nobody', now());
INSERT INTO sync.sync (sync_id, name, source_no, state_changed_at, state_changed_by, registered_at)
    VALUES ('second', 'Second', 1, now(), 'test', now())
"""
FETCH = """
INSERT INTO sync.fetch (sync_no, source_no, list_id, config_version, dag_id, run_id, run_type, started_at, loaded_at,
        finished_at, window_end, first, moves_watermark, status)
    VALUES (:sync_no, 1, 1, 1, 'd', :run_id, :run_type, :at, :loaded, :at, :at, true, true, :status)
"""


def test_a_list_is_as_well_as_what_feeds_it(warehouse: Warehouse) -> None:
    """OPS-13: the last fetch of every sync that feeds it, leaving out backfills and previews; the earliest reading."""
    sow(warehouse.engine, SECOND)
    number = 0

    def fetch(sync_no: int, status: str, hours: int, run_type: str = "scheduled") -> None:
        nonlocal number
        number += 1
        at = NOON + timedelta(hours=hours)
        loaded = at if status in ("succeeded", "degraded") else None
        values = {"sync_no": sync_no, "run_id": str(number), "run_type": run_type, "at": at, "loaded": loaded}
        connection.execute(text(FETCH), {**values, "status": status})

    def health() -> list[Any]:
        query = "SELECT syncs, troubled, read_until, healthy FROM sync.list_health ORDER BY list_name DESC"
        return [tuple(row) for row in connection.execute(text(query))]

    both, first, later = ["candidates_daily", "second"], NOON + timedelta(hours=1), NOON + timedelta(hours=2)
    with warehouse.transaction() as connection:
        assert health() == [([], [], None, False)] * 2
        fetch(1, "succeeded", 1)
        assert health()[0] == (both[:1], [], first, True)
        fetch(2, "failed", 1)
        assert health()[0] == (both, ["second"], None, False)
        fetch(2, "succeeded", 2)
        fetch(2, "failed", 3, "backfill")
        fetch(2, "preview", 4)
        assert health()[0] == (both, [], first, True)
        connection.execute(
            text("UPDATE sync.sync SET state = 'inactive', inactive_reason = 'completed' WHERE sync_no = 1")
        )
        assert health()[0] == (both, [], later, True)
        connection.execute(text("UPDATE sync.sync SET inactive_reason = 'source_renamed' WHERE sync_no = 1"))
        assert health()[0] == (both, both[:1], first, False)
        connection.execute(text("UPDATE sync.sync SET inactive_reason = 'by_hand' WHERE sync_no = 1"))
        assert health()[0] == (both[1:], [], later, True)
        assert health()[1] == ([], [], None, False)
