"""The bulk jobs of a fetch (sync.bulk_job): what a restarted worker goes on from.

A fetch reads its source, and beside it related modules, each a part of its own; SOURCE is that of the source itself.
A job is intended, committed, and only then made; its id is committed after. Whoever finds an intent without an id
does not know whether a job was made: it is counted as an orphan, which nobody reads, and another one is made. A job
whose id is known is never made a second time. Everything is written under the fence of the attempt.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Connection, text

HIDDEN = 0
"""The page that is no job: converted and unapproved records, read by listing."""
SOURCE = ""


@dataclass(frozen=True, slots=True)
class BulkJob:
    """One page of a bulk read, as its row has it. Counts are None until the page is staged."""

    page: int
    orphans: int
    job_id: str | None
    state: str
    created_at: datetime | None
    polls: int
    count: int | None
    more_records: bool | None
    returned: int | None
    kept: int | None
    outside: int | None

    @property
    def staged(self) -> bool:
        """Whether all of its rows are in staging."""
        return self.returned is not None


@dataclass(frozen=True, slots=True)
class Counted:
    """Rows of a page, or of several: taken from the source, of those in scope, of those outside the window."""

    returned: int = 0
    kept: int = 0
    outside: int = 0


class Progress(Protocol):
    """How far the service says that a job is."""

    @property
    def state(self) -> str:
        """Its word for it."""

    @property
    def count(self) -> int | None:
        """Rows of its file, once it is done."""

    @property
    def more_records(self) -> bool | None:
        """Whether another page follows, once it is done."""


def of_fetch(connection: Connection, fetch_id: int, part: str = SOURCE) -> dict[int, BulkJob]:
    """The pages of a part of a fetch by their numbers, in order; the hidden records are page 0."""
    rows = connection.execute(_OF_FETCH, {"fetch_id": fetch_id, "part": part}).mappings()
    return {int(row["page"]): BulkJob(**row) for row in rows}


def begun(connection: Connection, fetch_id: int) -> bool:
    """Whether a bulk read of the fetch's source was begun and not given up."""
    return bool(of_fetch(connection, fetch_id))


def forget(connection: Connection, fetch_id: int, part: str = SOURCE) -> None:
    """Give the bulk read of a part up: the next one makes new jobs."""
    connection.execute(_FORGET, {"fetch_id": fetch_id, "part": part})


def intend(connection: Connection, fetch_id: int, page: int, part: str = SOURCE) -> None:
    """Decide to make the job of a page; an intent that is there already has left an orphan behind, perhaps."""
    connection.execute(_INTEND, {"fetch_id": fetch_id, "part": part, "page": page})


def withdraw(connection: Connection, fetch_id: int, page: int, part: str = SOURCE) -> None:
    """Take the last intent back: for sure no job was made of it. Earlier ones may have left orphans all the same."""
    for statement in _WITHDRAW:
        connection.execute(statement, {"fetch_id": fetch_id, "part": part, "page": page})


def note_created(
    connection: Connection, fetch_id: int, page: int, job_id: str, at: datetime, part: str = SOURCE
) -> None:
    """Keep the id of a job. at: the source's clock when it was made."""
    connection.execute(_CREATED, {"fetch_id": fetch_id, "part": part, "page": page, "job_id": job_id, "at": at})


def note_hidden(connection: Connection, fetch_id: int) -> None:
    """Staging of the hidden records begins, the first of all."""
    connection.execute(_HIDDEN, {"fetch_id": fetch_id, "part": SOURCE, "page": HIDDEN})


def note_polled(connection: Connection, fetch_id: int, page: int, told: Progress, part: str = SOURCE) -> None:
    """Keep how far a job is."""
    values = {"state": told.state, "count": told.count, "more_records": told.more_records}
    connection.execute(_POLLED, {"fetch_id": fetch_id, "part": part, "page": page, **values})


def note_begun(connection: Connection, fetch_id: int, page: int, first_record_no: int) -> None:
    """Staging of a page of the source begins with this record_no."""
    connection.execute(_STAGING, {"fetch_id": fetch_id, "part": SOURCE, "page": page, "first": first_record_no})


def note_staged(connection: Connection, fetch_id: int, page: int, counted: Counted) -> None:
    """All rows of a page of the source are staged."""
    values: dict[str, Any] = {"fetch_id": fetch_id, "part": SOURCE, "page": page}
    counts = {"returned": counted.returned, "kept": counted.kept, "outside": counted.outside}
    connection.execute(_STAGED, {**values, **counts})


def orphans(connection: Connection, fetch_id: int) -> int:
    """How many jobs of a fetch, of all its parts, may have been made that nobody reads."""
    return int(connection.execute(_ORPHANS, {"fetch_id": fetch_id}).scalar_one())


def downloads_lately(connection: Connection, account: str) -> int:
    """How many results of the account were asked for within the last minute, by whichever task and machine."""
    return int(connection.execute(_DOWNLOADS, {"account": account}).scalar_one())


_OF_FETCH = text(
    "SELECT page, orphans, job_id, state, created_at, polls, count, more_records, returned, kept, outside "
    "FROM sync.bulk_job WHERE fetch_id = :fetch_id AND part = :part ORDER BY page"
)
_FORGET = text("DELETE FROM sync.bulk_job WHERE fetch_id = :fetch_id AND part = :part")
_INTEND = text(
    "INSERT INTO sync.bulk_job (fetch_id, part, page, intent_at, state) "
    "VALUES (:fetch_id, :part, :page, now(), 'INTENDED') "
    "ON CONFLICT (fetch_id, part, page) DO UPDATE SET intent_at = now(), orphans = bulk_job.orphans + 1"
)
_WITHDRAW = (
    text(
        "DELETE FROM sync.bulk_job WHERE fetch_id = :fetch_id AND part = :part AND page = :page "
        "AND job_id IS NULL AND orphans = 0"
    ),
    text(
        "UPDATE sync.bulk_job SET orphans = orphans - 1 "
        "WHERE fetch_id = :fetch_id AND part = :part AND page = :page AND job_id IS NULL"
    ),
)
_CREATED = text(
    "UPDATE sync.bulk_job SET job_id = :job_id, created_at = :at, state = 'ADDED' "
    "WHERE fetch_id = :fetch_id AND part = :part AND page = :page AND job_id IS NULL"
)
_HIDDEN = text(
    "INSERT INTO sync.bulk_job (fetch_id, part, page, intent_at, state, first_record_no) "
    "VALUES (:fetch_id, :part, :page, now(), 'LISTED', 1) ON CONFLICT (fetch_id, part, page) DO NOTHING"
)
_POLLED = text(
    "UPDATE sync.bulk_job SET state = :state, count = :count, more_records = :more_records, polls = polls + 1, "
    "asked_at = now() WHERE fetch_id = :fetch_id AND part = :part AND page = :page"
)
_STAGING = text(
    "UPDATE sync.bulk_job SET first_record_no = :first WHERE fetch_id = :fetch_id AND part = :part AND page = :page"
)
_STAGED = text(
    "UPDATE sync.bulk_job SET returned = :returned, kept = :kept, outside = :outside, staged_at = now() "
    "WHERE fetch_id = :fetch_id AND part = :part AND page = :page"
)
_ORPHANS = text("SELECT coalesce(sum(orphans), 0) FROM sync.bulk_job WHERE fetch_id = :fetch_id")
_DOWNLOADS = text(  # not now(): a rehearsal's transaction may have begun hours ago
    "SELECT count(*) FROM sync.credit WHERE account = :account AND at > statement_timestamp() - interval '1 minute' "
    "AND path LIKE '/recruit/bulk/v2/read/%/result'"
)
