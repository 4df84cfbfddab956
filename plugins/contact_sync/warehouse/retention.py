"""Takes away what is kept only for a time: staging tables, raw values, ledger, former values, calls (OPS-11).

Each step is short transactions of its own, each safe to repeat and to interrupt: whatever is left is found again the
next time. A step that would have to wait long for somebody's lock gives up instead of holding up a load behind it.
Counters (`sync.fetch`, `sync.fetch_reason`) are never touched, but for the sums of the calls that are taken away.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection, text

from contact_sync.warehouse import reservations, staging, statements
from contact_sync.warehouse.database import Warehouse

MONTHS_AHEAD = 24
"""Months of the ledger that always exist, the present one counted."""
MOST_AT_ONCE = 20_000
"""Rows that one transaction takes away."""
_LOCK_SECONDS = 10


def make_ledger_months(warehouse: Warehouse, now: datetime) -> int:
    """Make the months ahead that are missing; returns how many. Raises Unavailable if the ledger is locked."""
    with _step(warehouse) as connection:
        return int(statements.run(connection, "retention/make_partitions", now=now, months=MONTHS_AHEAD).scalar_one())


def drop_staging(warehouse: Warehouse, before: datetime) -> int:
    """Drop the tables of fetches that ended before then; of how many fetches. What is at work keeps its tables."""
    with _step(warehouse) as connection:
        old = list(statements.run(connection, "retention/staged", before=before).scalars())
    return sum(_drop_staged(warehouse, fetch_id) for fetch_id in old)


def blank_raw_values(warehouse: Warehouse, before: datetime) -> int:
    """Blank the raw values in the ledger of fetches begun before then; how many records."""
    return _in_portions(warehouse, "retention/raw_values", before)


def drop_ledger_months(warehouse: Warehouse, before: datetime) -> int:
    """Drop the months of the ledger that lie wholly before then; how many."""
    with _step(warehouse) as connection:
        return int(statements.run(connection, "retention/drop_partitions", before=before).scalar_one())


def delete_ledger_rows(warehouse: Warehouse, before: datetime) -> int:
    """Delete the ledger rows of fetches begun before then; how many."""
    return _in_portions(warehouse, "retention/old_ledger", before)


def delete_set_aside(warehouse: Warehouse, before: datetime, waiting_before: datetime) -> int:
    """Delete rows of event files last set aside before then, those that wait before `waiting_before`; how many."""
    return _in_portions(warehouse, "retention/old_set_aside", before, waiting_before=waiting_before)


def delete_field_changes(warehouse: Warehouse, before: datetime) -> int:
    """Delete former values kept for reverts of fetches begun before then; how many. They cannot be reverted after."""
    return _in_portions(warehouse, "retention/old_field_changes", before)


def sum_up_calls(warehouse: Warehouse, before: datetime) -> int:
    """Replace calls made before then by their sums in sync.fetch; how many calls."""
    gone = 0
    while True:
        with _step(warehouse) as connection:
            portion = statements.run(connection, "retention/old_credits", before=before, most=MOST_AT_ONCE).scalar_one()
        gone += int(portion)
        if portion < MOST_AT_ONCE:
            return gone


def settle_reservations(warehouse: Warehouse, now: datetime) -> int:
    """Count as spent what tasks reserved that died before they spent it (LIM-5); how many reservations."""
    with _step(warehouse) as connection:
        return reservations.settle(connection, now)


def delete_token_requests(warehouse: Warehouse, before: datetime) -> int:
    """Delete token requests made before then; how many."""
    with _step(warehouse) as connection:
        return statements.run(connection, "retention/old_token_requests", before=before).rowcount


def _drop_staged(warehouse: Warehouse, fetch_id: int) -> bool:
    with _step(warehouse) as connection:
        at_work = statements.run(connection, "retention/still_ended", fetch_id=fetch_id).scalar()
        if not at_work:
            staging.drop(connection, fetch_id)
        return not at_work


def _in_portions(warehouse: Warehouse, name: str, before: datetime, **more: datetime) -> int:
    """Repeat a statement, a transaction each, until it finds nothing more."""
    gone = 0
    while True:
        with _step(warehouse) as connection:
            portion = statements.run(connection, name, before=before, most=MOST_AT_ONCE, **more).rowcount
        gone += portion
        if portion < MOST_AT_ONCE:
            return gone


@contextmanager
def _step(warehouse: Warehouse) -> Iterator[Connection]:
    """A transaction that waits for no lock longer than some seconds; two housekeepings take turns."""
    with warehouse.transaction() as connection:
        connection.execute(text("SELECT set_config('lock_timeout', :seconds, true)"), {"seconds": f"{_LOCK_SECONDS}s"})
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('contact_sync.housekeeping', 0))"))
        yield connection
