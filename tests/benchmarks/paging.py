"""page_s, page_sorted_s, story_s, record_s: the slowest page of records, one person's and one record's outcomes, of a
ledger of 10,000,000 rows, warm.

Ten fetches of a million records each, in one month: the first page and one from the middle, without a filter, by
outcome, and by a sub-code that one record in a hundred has; in the order of reading, and in the orders that have to be
sorted. The person has a record in each fetch. A query that reads a partition from end to end ends the benchmark.
"""

import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection

from contact_sync.warehouse import statements
from contact_sync.web.reading import rows
from contact_sync.web.records import STATEMENTS
from tests.benchmarks.places import place
from tests.web.big_ledger import FILTERS, asked, fill, planned, whole_ledger

ROWS, FETCHES = 10_000_000, 10
AS_READ = ("records", "records_last_first")


def run(records: int | None, rounds: int) -> dict[str, Any]:
    """The figures. records: of the ledger."""
    each = (records or ROWS) // FETCHES
    with place() as here, here.warehouse() as warehouse, warehouse.engine.connect() as connection:
        began = time.monotonic()
        fill(connection, FETCHES, each)
        connection.commit()
        filled = time.monotonic() - began
        slowest = {name: _slowest(connection, name, each, rounds) for name in STATEMENTS.values()}
        told = [_story(connection, name, each // 2, rounds) for name in ("story/outcomes", "story/last_outcomes")]
        alone = _record(connection, f"r{each // 2 * 7919 % 1_000_003}", rounds)
    return {
        "page_s": max(slowest[name] for name in AS_READ),
        "page_sorted_s": max(seconds for name, seconds in slowest.items() if name not in AS_READ),
        "story_s": round(sum(told), 3),
        "record_s": round(alone, 3),
        "page_ledger_rows": each * FETCHES,
        "page_fill_s": round(filled, 1),
    }


def _slowest(connection: Connection, name: str, each: int, rounds: int) -> float:
    return max(
        _seconds(connection, name, asked(5, after, **which), rounds) for which in FILTERS for after in (None, each // 2)
    )


def _story(connection: Connection, name: str, contact_id: int, rounds: int) -> float:
    values = {"contact_id": contact_id, "hashes": [], **({"most": 101} if name == "story/outcomes" else {})}
    _must_not_read_all(connection, name, values)
    return _shortest(lambda: statements.run(connection, name, **values).all(), rounds)


def _record(connection: Connection, record_id: str, rounds: int) -> float:
    return _seconds(connection, "record", {"sync_id": "s", "record_id": record_id, "most": 101}, rounds)


def _seconds(connection: Connection, name: str, values: dict[str, Any], rounds: int) -> float:
    _must_not_read_all(connection, name, values)
    return _shortest(lambda: rows(connection, name, **values), rounds)


def _must_not_read_all(connection: Connection, name: str, values: dict[str, Any]) -> None:
    if any(whole_ledger(node) for node in planned(connection, name, values)):
        raise AssertionError(f"{name} reads the whole ledger")


def _shortest(ask: Callable[[], object], rounds: int) -> float:
    times = []
    for _ in range(rounds):
        began = time.monotonic()
        ask()
        times.append(time.monotonic() - began)
    return round(min(times), 3)
