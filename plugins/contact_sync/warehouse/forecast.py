"""What runs cost so far, as a measure of the next ones (LIM-5). Reads only.

First runs and backfills measure nothing: they read other amounts than the runs of every day.
"""

from dataclasses import dataclass
from math import ceil
from statistics import median

from sqlalchemy import text

from contact_sync.warehouse import statements
from contact_sync.warehouse.database import Warehouse


@dataclass(frozen=True, slots=True)
class History:
    """What is known of one sync. credits: of its latest runs that measure the next one, newest first."""

    state: str
    credits: tuple[int, ...]

    @property
    def expected(self) -> int | None:
        """Credits that the next run is likely to cost: the median, rounded up; None without a run to measure by."""
        return ceil(median(self.credits)) if self.credits else None


@dataclass(frozen=True, slots=True)
class Spent:
    """Credits of one account: spent in the last 24 hours, and reserved by tasks at work."""

    credits: int
    reserved: int


def histories(warehouse: Warehouse) -> dict[str, History]:
    """The history of every registered sync, by its id. Raises Unavailable, WarehouseRefused."""
    with warehouse.transaction() as connection:
        rows = statements.run(connection, "credits/history").all()
    return {row.sync_id: History(row.state, tuple(int(each) for each in row.credits)) for row in rows}


def newest_call(warehouse: Warehouse) -> int:
    """The number of the latest call in the ledger of calls."""
    with warehouse.transaction() as connection:
        return int(connection.execute(_NEWEST).scalar_one())


def spent_by_hand(warehouse: Warehouse, account: str, after: int) -> tuple[int, int]:
    """Calls to an account after one of that number, and their credits, that were made for no fetch."""
    with warehouse.transaction() as connection:
        row = connection.execute(_BY_HAND, {"account": account, "after": after}).one()
    return int(row.calls), int(row.credits)


def spent_lately(warehouse: Warehouse) -> dict[str, Spent]:
    """What each account spent, by its name. Raises Unavailable, WarehouseRefused."""
    with warehouse.transaction() as connection:
        rows = statements.run(connection, "credits/spent").all()
    return {row.account: Spent(int(row.credits), int(row.reserved)) for row in rows}


_NEWEST = text("SELECT coalesce(max(credit_id), 0) FROM sync.credit")
_BY_HAND = text(
    "SELECT count(*) AS calls, coalesce(sum(cost), 0) AS credits FROM sync.credit "
    "WHERE account = :account AND fetch_id IS NULL AND credit_id > :after"
)
