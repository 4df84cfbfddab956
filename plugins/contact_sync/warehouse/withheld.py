"""Records that the plan limit kept out, fetched again by id until they are taken (OUT-15)."""

from collections.abc import Collection

from sqlalchemy import Connection

from contact_sync.warehouse import statements
from contact_sync.warehouse.fetches import Fetch

MOST_BY_ID = 500
"""Most records that one fetch asks for one by one; a read from the beginning has no such limit."""


def next_ids(
    connection: Connection, fetch: Fetch, contact_limit: int | None, asked: Collection[str] = (), coming: int = 0
) -> list[str]:
    """Ids of withheld records that there is room for now, the earliest created first.

    asked: those that this fetch has asked for already; coming: how many of them the source still has.
    """
    found = statements.run(
        connection,
        "withheld/next",
        sync_no=fetch.sync_no,
        source_no=fetch.source_no,
        contact_limit=contact_limit,
        most=MOST_BY_ID - len(asked),
        asked=list(asked),
        coming=coming,
    )
    return [str(record_id) for record_id in found.scalars()]


def forget(connection: Connection, fetch: Fetch, record_ids: list[str]) -> None:
    """Wait no longer for records that the source no longer has."""
    statements.run(
        connection, "withheld/forget", sync_no=fetch.sync_no, source_no=fetch.source_no, record_ids=record_ids
    )
