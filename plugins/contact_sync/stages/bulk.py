"""A source read by bulk jobs, for reads too large for a listing (SRC-12): begun, put off while they run, gone on with.

A worker may be killed at any point: the next attempt goes on with the page it was at, with the same jobs, and stages
no row twice. The file of a job tells neither $converted nor $approved, and it is not documented whether it holds such
records at all; so they are read by listing, with all their fields, and left out where a file has them too.
Proved by each job's own count; when there is more than one page also by nothing having left the source meanwhile.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from tempfile import TemporaryFile

from contact_sync.errors import ContractBroken
from contact_sync.stages.batch import Batch, in_frames
from contact_sync.stages.bulk_pages import BulkPages, prove_unmoved
from contact_sync.stages.source import Reading, Row
from contact_sync.warehouse import bulk_jobs, staging
from contact_sync.warehouse.bulk_jobs import HIDDEN, BulkJob, Counted
from contact_sync.zoho.bulk import BulkQuery
from contact_sync.zoho.bulk_file import read_rows
from contact_sync.zoho.bulk_values import columns_for
from contact_sync.zoho.failures import BulkGone, BulkRefused
from contact_sync.zoho.recruit import RecruitClient

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

    @property
    def clock_now(self) -> datetime | None:
        """The source's clock when this attempt began, which compares with ours (RET-7): a job may be hours old."""
        return self._client.clock

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
            prove_unmoved(self._client, query, course.pages)
        except (BulkGone, BulkRefused, ContractBroken):
            with batch.fenced() as connection:
                bulk_jobs.forget(connection, batch.fetch.fetch_id)
            raise
        self._clock = course.pages[1].created_at
        return counted

    def _query(self) -> BulkQuery:
        columns = columns_for(self._client.fields(self._module), self._wanted)
        since = self._reading.since
        until = None if since is None else self._reading.until
        return BulkQuery(self._module, columns, self._view_id, self._change_field, since, until)


class _Course(BulkPages):
    """One attempt: begins or goes on, page by page. pages: as the warehouse has them."""

    def __init__(self, client: RecruitClient, query: BulkQuery, account: str, batch: Batch, take: Take) -> None:
        super().__init__(client, query, account, batch)
        self._take = take

    def begin(self) -> None:
        """Go on after the last page that is staged whole; anew if nothing, or no longer all of it, is there."""
        with self._batch.fenced() as connection:
            self.reread(connection)
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
        self.ensure_job(1)
        if HIDDEN not in self.pages or not self.pages[HIDDEN].staged:
            self._stage_hidden(hidden)
        number = 1
        while True:
            if not self.pages[number].staged:
                self.wait_for(number)
                if self.pages[number].more_records:
                    self.ensure_job(number + 1)
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
            self.download(page, file)
            where = f"Zoho Recruit: bulk job {page.job_id} of {self._query.module}"
            rows = read_rows(file, self._query.columns, page.count, where=where)
            self._take_all(page.page, ([row for row in some if row["id"] not in hidden] for some in rows))

    def _take_all(self, number: int, frames: Iterable[list[Row]]) -> None:
        """Stage the rows of a page, each frame a transaction of its own, and keep how many they were."""
        outside, returned, kept = self._batch.outside, 0, 0
        for rows in frames:
            kept += self._take(rows)
            returned += len(rows)
        counted = Counted(returned, kept, self._batch.outside - outside)
        with self._batch.fenced() as connection:
            bulk_jobs.note_staged(connection, self._fetch_id, number, counted)
            self.reread(connection)

    def _hidden_staged(self) -> int:
        hidden = self.pages[HIDDEN]
        return (hidden.returned or 0) - (hidden.outside or 0)
