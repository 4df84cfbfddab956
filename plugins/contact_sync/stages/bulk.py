"""A source read by bulk jobs, for reads too large for a listing (SRC-12): begun, put off while they run, gone on with.

A worker may be killed at any point: the next attempt goes on with the page it was at, with the same jobs, and stages
no row twice. The file of a job tells neither $converted nor $approved, and it is not documented whether it holds such
records at all; so they are read by listing, with all their fields, and left out where a file has them too.
Proved by each job's own count; when there is more than one page also by nothing having left the source meanwhile.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from tempfile import TemporaryFile
from time import monotonic
from typing import IO

from sqlalchemy import Connection

from contact_sync.core.moments import parse_moment
from contact_sync.errors import ContactSyncError, ContractBroken, RateLimited, ReadPending
from contact_sync.stages.batch import Batch, in_frames
from contact_sync.stages.source import Reading, Row
from contact_sync.warehouse import bulk_jobs, staging
from contact_sync.warehouse.bulk_jobs import HIDDEN, BulkJob, Counted
from contact_sync.zoho.bulk import DOWNLOADS_A_MINUTE, BulkQuery
from contact_sync.zoho.bulk_file import read_rows
from contact_sync.zoho.bulk_values import columns_for
from contact_sync.zoho.failures import BulkGone, BulkRefused, CeilingReached, EffectUnknown
from contact_sync.zoho.recruit import RecruitClient

log = logging.getLogger(__name__)

FIRST_PAUSE = 2.0
LONGEST_PAUSE = 120.0
DOWNLOAD_PAUSE = 20.0
MOST_POLLS = 90
"""About three hours: a job that takes longer is taken for stuck."""

Take = Callable[[list[Row]], int]
"""Stages rows; how many of them are in scope."""


class BulkRead:
    """The read of one fetch. `source_clock` is known once `advance` has returned.

    wanted: fields of a row. account: whose downloads are counted.
    """

    proof = "bulk_count"

    def __init__(
        self,
        client: RecruitClient,
        module: str,
        wanted: Sequence[str],
        view_id: str | None,
        change_field: str,
        reading: Reading,
        account: str,
    ) -> None:
        self._client = client
        self._module = module
        self._wanted = tuple(wanted)
        self._view_id = view_id
        self._change_field = change_field
        self._reading = reading
        self._account = account
        self._clock: datetime | None = None

    @property
    def source_clock(self) -> datetime:
        """The source's clock when the first job was made: where the next read starts (RET-7)."""
        if self._clock is None:
            raise RuntimeError("the source's clock is known only after the bulk read")
        return self._clock

    def advance(self, batch: Batch, take: Take) -> Counted:
        """Do what can be done now, to the end if possible.

        Raises ReadPending while a job runs. A read that cannot be gone on with is forgotten, so that the next one
        begins with new jobs: BulkGone for a job that failed or whose result is gone, ContractBroken for one that
        cannot be proved, BulkRefused and CeilingReached for what must be read another way.
        """
        try:
            query = self._query()
            course = _Course(self._client, query, self._account, batch, take)
            course.begin()
            hidden = self._client.hidden(
                self._module, fields=self._wanted, view_id=self._view_id, modified_since=self._reading.since
            )
            counted = course.run(page.rows for listing in hidden for page in listing)
            self._prove_unmoved(course.pages)
        except (BulkGone, BulkRefused, ContractBroken):
            with batch.fenced() as connection:
                bulk_jobs.forget(connection, batch.fetch.fetch_id)
            raise
        self._clock = course.pages[1].created_at
        return counted

    def orphans(self, batch: Batch) -> list[str]:
        """A warning for the history if jobs may have been made that nobody read."""
        with batch.fenced() as connection:
            pages = bulk_jobs.of_fetch(connection, batch.fetch.fetch_id)
        unread = sum(page.orphans for page in pages.values())
        return [f"{unread} bulk jobs may have been made that nobody read: credits only, no harm."] if unread else []

    def _query(self) -> BulkQuery:
        columns = columns_for(self._client.fields(self._module), self._wanted)
        since = self._reading.since
        until = None if since is None else self._reading.until
        return BulkQuery(self._module, columns, self._view_id, self._change_field, since, until)

    def _prove_unmoved(self, pages: dict[int, BulkJob]) -> None:
        """A record that left the source between two jobs moves the first row of the later page out of sight."""
        first, last = pages[1].created_at, pages[max(pages)].created_at
        if max(pages) == 1 or first is None or last is None:
            return
        told = f"{self._module}: records left the source while the jobs of its pages were made (SRC-12)"
        gone = (row.get("deleted_time") for page in self._client.deleted(self._module, first) for row in page.rows)
        if _any_until(gone, last):
            raise BulkGone(f"{told}. Nothing of the read is used; it is tried again.")
        if self._view_id is None and self._reading.since is None:
            if self._any_became_hidden(first):
                raise BulkGone(f"{told}, perhaps: some were converted or sent for approval. It is read again.")
            return
        listing = self._client.records(self._module, fields=(self._change_field,), modified_since=first)
        if _any_until((row.get(self._change_field) for page in listing for row in page.rows), last):
            raise CeilingReached(f"{told}, perhaps: some were changed. The bulk read cannot be proved complete.")

    def _any_became_hidden(self, first: datetime) -> bool:
        """Whether an older record is hidden and was changed since then, perhaps by becoming so.

        To a file that holds no hidden records such a record is lost like a deleted one.
        """
        fields = (self._change_field, "Created_Time")
        listings = self._client.hidden(self._module, fields=fields, modified_since=first)
        rows = (row for listing in listings for page in listing for row in page.rows)
        return _any_until((row.get("Created_Time") for row in rows), first)


class _Course:
    """One attempt: begins or goes on, page by page. pages: as the warehouse has them."""

    def __init__(self, client: RecruitClient, query: BulkQuery, account: str, batch: Batch, take: Take) -> None:
        self._bulk = client.bulk
        self._query = query
        self._account = account
        self._batch = batch
        self._take = take
        self._fetch_id = batch.fetch.fetch_id
        self._made: dict[int, float] = {}
        self.pages: dict[int, BulkJob] = {}

    def begin(self) -> None:
        """Go on after the last page that is staged whole; anew if nothing, or no longer all of it, is there."""
        with self._batch.fenced() as connection:
            self._reread(connection)
            done = self._sums()
            # Sealed, and a later stage has begun: whoever comes back wants the source read again.
            fetch = self._batch.fetch
            used_up = self._complete() and fetch.staged_rows is not None and fetch.stage != "extract"
            if self.pages and not used_up and self._batch.resume(connection, done.returned - done.outside):
                self._batch.outside = done.outside
                return
            bulk_jobs.forget(connection, self._fetch_id)
            self.pages = {}
        self._batch.create()

    def run(self, hidden: Iterable[list[Row]]) -> Counted:
        """Stage everything; how much it was, in all attempts."""
        self._ensure_job(1)
        if HIDDEN not in self.pages or not self.pages[HIDDEN].staged:
            self._stage_hidden(hidden)
        number = 1
        while True:
            if not self.pages[number].staged:
                self._wait_for(number)
                if self.pages[number].more_records:
                    self._ensure_job(number + 1)
                self._stage(self.pages[number])
            if not self.pages[number].more_records:
                break
            number += 1
        return self._sums()

    def _sums(self) -> Counted:
        """Of the pages that are staged whole."""
        pages = self.pages.values()
        return Counted(
            sum(page.returned or 0 for page in pages),
            sum(page.kept or 0 for page in pages),
            sum(page.outside or 0 for page in pages),
        )

    def _complete(self) -> bool:
        return bool(self.pages) and all(page.staged for page in self.pages.values()) and not self._last.more_records

    @property
    def _last(self) -> BulkJob:
        return self.pages[max(self.pages)]

    def _ensure_job(self, page: int) -> None:
        """Make the job of a page unless its id is known; the intent is committed before, the id after."""
        if page in self.pages and self.pages[page].job_id is not None:
            return
        with self._batch.fenced() as connection:
            bulk_jobs.intend(connection, self._fetch_id, page)
        try:
            created = self._bulk.create(self._query, page)
        except EffectUnknown:
            raise
        except ContactSyncError:  # refused, or never sent: no job was made
            with self._batch.fenced() as connection:
                bulk_jobs.withdraw(connection, self._fetch_id, page)
            raise
        with self._batch.fenced() as connection:
            bulk_jobs.note_created(connection, self._fetch_id, page, created.job_id, created.at)
            self._reread(connection)
        self._made[page] = monotonic()
        log.info("bulk job %s made for page %s of %s", created.job_id, page, self._query.module)

    def _wait_for(self, number: int) -> None:
        """Return once the job of the page is completed: asks once. Raises ReadPending, or BulkGone if it failed."""
        page = self.pages[number]
        if page.state == "COMPLETED" or page.job_id is None:
            return
        young = FIRST_PAUSE - (monotonic() - self._made[number]) if number in self._made else 0.0
        if young > 0:
            raise self._pending(page, young)
        told = self._bulk.poll(page.job_id)
        with self._batch.fenced() as connection:
            bulk_jobs.note_polled(connection, self._fetch_id, number, told.state, told.count, told.more_records)
            self._reread(connection)
        if told.completed:
            return
        if told.failed or page.polls >= MOST_POLLS:
            ended = "ended in failure" if told.failed else f"has not ended after {MOST_POLLS} questions"
            raise BulkGone(f"Zoho Recruit: bulk job {page.job_id} of {self._query.module} {ended}. A new one is made.")
        raise self._pending(page, min(FIRST_PAUSE * 2 ** (page.polls + 1), LONGEST_PAUSE))

    def _pending(self, page: BulkJob, wait: float) -> ReadPending:
        return ReadPending(
            f"bulk job {page.job_id} of {self._query.module}, page {page.page}, is under way at Zoho;"
            f" this run looks again in {wait:.0f} s.",
            retry_after=wait,
        )

    def _stage_hidden(self, pages: Iterable[list[Row]]) -> None:
        with self._batch.fenced() as connection:
            bulk_jobs.note_hidden(connection, self._fetch_id)
        self._take_all(HIDDEN, in_frames(pages))

    def _stage(self, page: BulkJob) -> None:
        """Fetch the file of a page and stage its rows; the file has no name, so a killed process leaves none."""
        with self._batch.fenced() as connection:
            bulk_jobs.note_begun(connection, self._fetch_id, page.page, self._batch.staged + 1)
            hidden = staging.first_ids(connection, self._fetch_id, self._hidden_staged())
        if not page.count:
            self._take_all(page.page, ())
            return
        with TemporaryFile(prefix="contact-sync-bulk-") as file:
            self._download(page, file)
            where = f"Zoho Recruit: bulk job {page.job_id} of {self._query.module}"
            rows = read_rows(file, self._query.columns, page.count, where=where)
            self._take_all(page.page, ([row for row in some if row["id"] not in hidden] for some in rows))

    def _download(self, page: BulkJob, file: IO[bytes]) -> None:
        with self._batch.fenced() as connection:
            busy = bulk_jobs.downloads_lately(connection, self._account) >= DOWNLOADS_A_MINUTE
        if busy:
            raise self._pending(page, DOWNLOAD_PAUSE)
        try:
            self._bulk.download(str(page.job_id), file)
        except RateLimited as limited:
            raise self._pending(page, limited.retry_after or LONGEST_PAUSE / 2) from None

    def _take_all(self, number: int, frames: Iterable[list[Row]]) -> None:
        """Stage the rows of a page, each frame a transaction of its own, and keep how many they were."""
        outside, returned, kept = self._batch.outside, 0, 0
        for rows in frames:
            kept += self._take(rows)
            returned += len(rows)
        counted = Counted(returned, kept, self._batch.outside - outside)
        with self._batch.fenced() as connection:
            bulk_jobs.note_staged(connection, self._fetch_id, number, counted)
            self._reread(connection)

    def _hidden_staged(self) -> int:
        hidden = self.pages[HIDDEN]
        return (hidden.returned or 0) - (hidden.outside or 0)

    def _reread(self, connection: Connection) -> None:
        self.pages = bulk_jobs.of_fetch(connection, self._fetch_id)


def _any_until(times: Iterable[object], instant: datetime) -> bool:
    """Whether one of these times of the source, as text, is not after the instant; one that cannot be read counts."""
    moments = (parse_moment(str(each)) for each in times)
    return any(moment is None or moment <= instant for moment in moments)
