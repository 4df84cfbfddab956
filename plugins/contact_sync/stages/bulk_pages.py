"""The bulk jobs of one read, a page each: made once, waited for, fetched; and the proof that nothing moved meanwhile.

A job is asked for only after the intent is committed, so that a process which is killed leaves at most a job that
nobody reads. What is not done yet is ReadPending: the next attempt goes on with the same jobs.
"""

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime
from time import monotonic
from typing import IO

from sqlalchemy import Connection

from contact_sync.core.moments import parse_moment
from contact_sync.errors import ContactSyncError, RateLimited, ReadPending
from contact_sync.stages.batch import Batch
from contact_sync.warehouse import bulk_jobs
from contact_sync.warehouse.bulk_jobs import BulkJob
from contact_sync.zoho.bulk import DOWNLOADS_A_MINUTE, BulkQuery
from contact_sync.zoho.failures import BulkGone, CeilingReached, EffectUnknown
from contact_sync.zoho.recruit import RecruitClient

log = logging.getLogger(__name__)

FIRST_PAUSE = 2.0
LONGEST_PAUSE = 120.0
DOWNLOAD_PAUSE = 20.0
MOST_POLLS = 90
"""About three hours: a job that takes longer is taken for stuck."""


class BulkPages:
    """The jobs of one part of a fetch. pages: as the warehouse has them. account: whose downloads are counted."""

    def __init__(
        self, client: RecruitClient, query: BulkQuery, account: str, batch: Batch, part: str = bulk_jobs.SOURCE
    ) -> None:
        self._bulk = client.bulk
        self._query = query
        self._account = account
        self._batch = batch
        self._part = part
        self._fetch_id = batch.fetch.fetch_id
        self._made: dict[int, float] = {}
        self.pages: dict[int, BulkJob] = {}

    def reread(self, connection: Connection) -> None:
        """The pages as they are now."""
        self.pages = bulk_jobs.of_fetch(connection, self._fetch_id, self._part)

    def ensure_job(self, page: int) -> None:
        """Make the job of a page unless its id is known; the intent is committed before, the id after."""
        if page in self.pages and self.pages[page].job_id is not None:
            return
        with self._batch.fenced() as connection:
            bulk_jobs.intend(connection, self._fetch_id, page, self._part)
        try:
            created = self._bulk.create(self._query, page)
        except EffectUnknown:
            raise
        except ContactSyncError:  # refused, or never sent: no job was made
            with self._batch.fenced() as connection:
                bulk_jobs.withdraw(connection, self._fetch_id, page, self._part)
            raise
        with self._batch.fenced() as connection:
            bulk_jobs.note_created(connection, self._fetch_id, page, created.job_id, created.at, self._part)
            self.reread(connection)
        self._made[page] = monotonic()
        log.info("bulk job %s made for page %s of %s", created.job_id, page, self._query.module)

    def wait_for(self, number: int) -> None:
        """Return once the job of the page is completed: asks once. Raises ReadPending, or BulkGone if it failed."""
        page = self.pages[number]
        if page.state == "COMPLETED" or page.job_id is None:
            return
        young = FIRST_PAUSE - (monotonic() - self._made[number]) if number in self._made else 0.0
        if young > 0:
            raise self._pending(page, young)
        told = self._bulk.poll(page.job_id)
        with self._batch.fenced() as connection:
            bulk_jobs.note_polled(connection, self._fetch_id, number, told, self._part)
            self.reread(connection)
        if told.completed:
            return
        if told.failed or page.polls >= MOST_POLLS:
            ended = "ended in failure" if told.failed else f"has not ended after {MOST_POLLS} questions"
            raise BulkGone(f"Zoho Recruit: bulk job {page.job_id} of {self._query.module} {ended}. A new one is made.")
        raise self._pending(page, min(FIRST_PAUSE * 2 ** (page.polls + 1), LONGEST_PAUSE))

    def download(self, page: BulkJob, file: IO[bytes]) -> None:
        """The file of a completed job. Raises ReadPending while too many were fetched, BulkGone if it is gone."""
        with self._batch.fenced() as connection:
            busy = bulk_jobs.downloads_lately(connection, self._account) >= DOWNLOADS_A_MINUTE
        if busy:
            raise self._pending(page, DOWNLOAD_PAUSE)
        try:
            self._bulk.download(str(page.job_id), file)
        except RateLimited as limited:
            raise self._pending(page, limited.retry_after or LONGEST_PAUSE / 2) from None

    def _pending(self, page: BulkJob, wait: float) -> ReadPending:
        return ReadPending(
            f"bulk job {page.job_id} of {self._query.module}, page {page.page}, is under way at Zoho;"
            f" this run looks again in {wait:.0f} s.",
            retry_after=wait,
        )


def prove_unmoved(client: RecruitClient, query: BulkQuery, pages: Mapping[int, BulkJob]) -> None:
    """A record that left the source between two jobs moves the first row of the later page out of sight.

    Raises BulkGone if some did, and CeilingReached where that cannot be told.
    """
    first, last = pages[1].created_at, pages[max(pages)].created_at
    if max(pages) == 1 or first is None or last is None:
        return
    told = f"{query.module}: records left the source while the jobs of its pages were made (SRC-12)"
    gone = (row.get("deleted_time") for page in client.deleted(query.module, first) for row in page.rows)
    if _any_until(gone, last):
        raise BulkGone(f"{told}. Nothing of the read is used; it is tried again.")
    if query.view_id is None and query.start is None:
        if _any_became_hidden(client, query, first):
            raise BulkGone(f"{told}, perhaps: some were converted or sent for approval. It is read again.")
        return
    listing = client.records(query.module, fields=(query.change_field,), modified_since=first)
    if _any_until((row.get(query.change_field) for page in listing for row in page.rows), last):
        raise CeilingReached(f"{told}, perhaps: some were changed. The bulk read cannot be proved complete.")


def _any_became_hidden(client: RecruitClient, query: BulkQuery, first: datetime) -> bool:
    """Whether an older record is hidden and was changed since then, perhaps by becoming so.

    To a file that holds no hidden records such a record is lost like a deleted one.
    """
    listings = client.hidden(query.module, fields=(query.change_field, "Created_Time"), modified_since=first)
    rows = (row for listing in listings for page in listing for row in page.rows)
    return _any_until((row.get("Created_Time") for row in rows), first)


def _any_until(times: Iterable[object], instant: datetime) -> bool:
    """Whether one of these times of the source, as text, is not after the instant; one that cannot be read counts."""
    moments = (parse_moment(str(each)) for each in times)
    return any(moment is None or moment <= instant for moment in moments)
