"""Modules beside the source, read whole or from an instant on, within a fetch (SRC-5, ADV-7): to a proved end (SRC-12).

By listing; where the service may have cut that, by bulk job, as a large source is read. A job takes its time, so its
first attempt ends with ReadPending, and the next one goes on with it. Nothing of it is staged: who asks keeps what it
needs. Refused: a read that neither way can prove.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from tempfile import TemporaryFile
from typing import Any

from contact_sync.errors import ContractBroken
from contact_sync.stages.batch import Batch
from contact_sync.stages.bulk_pages import BulkPages, prove_unmoved
from contact_sync.warehouse import bulk_jobs
from contact_sync.zoho.bulk import BulkQuery
from contact_sync.zoho.bulk_file import read_rows
from contact_sync.zoho.bulk_values import columns_for
from contact_sync.zoho.failures import BulkGone, BulkRefused, CeilingReached
from contact_sync.zoho.recruit import RecruitClient

Row = dict[str, Any]
ReadModule = Callable[[str, Sequence[str], datetime | None], Iterator[Row]]
"""Gives every record of a module, with these fields, changed since an instant or ever."""
FORBIDDEN = "Policy bulk_from: null forbids to read it by bulk."


def by_listing(client: RecruitClient) -> ReadModule:
    """The way for who has no fetch to wait in. It raises CeilingReached where the listing may have been cut."""

    def read(module: str, fields: Sequence[str], since: datetime | None) -> Iterator[Row]:
        for page in client.records(module, fields=fields, modified_since=since):
            yield from page.rows

    return read


class WholeModules:
    """What a fetch reads beside its source. account: whose downloads are counted. may_bulk: policy bulk_from."""

    def __init__(self, client: RecruitClient, batch: Batch, account: str, *, may_bulk: bool) -> None:
        self._client = client
        self._batch = batch
        self._account = account
        self._may_bulk = may_bulk
        self._clocks: list[datetime] = []

    def reached(self, clock: datetime) -> datetime:
        """Up to when everything is known, by the source's clock: what a job gave is as old as the job (RET-7)."""
        return min(clock, *self._clocks) if self._clocks else clock

    def read(self, module: str, fields: Sequence[str], since: datetime | None) -> Iterator[Row]:
        """Each record once; a ReadModule. Raises ReadPending, BulkGone, ContractBroken for what cannot be proved."""
        part = f"{module} {','.join(fields)} {since.isoformat() if since else 'whole'}"
        given: set[str] = set()
        if not self._has_begun(part):
            try:
                for row in by_listing(self._client)(module, fields, since):
                    given.add(str(row["id"]))
                    yield row
            except CeilingReached as stop:
                if not self._may_bulk:
                    raise ContractBroken(f"{stop} {FORBIDDEN}") from None
            else:
                return
        yield from (row for row in self._by_bulk(part, module, fields, since) if str(row["id"]) not in given)

    def _has_begun(self, part: str) -> bool:
        """Whether jobs of this fetch are under way. Those of a batch that was sealed are used up: it is read again."""
        fetch = self._batch.fetch
        with self._batch.fenced() as connection:
            if fetch.staged_rows is not None and fetch.stage != "extract":
                bulk_jobs.forget(connection, fetch.fetch_id, part)
            return bool(bulk_jobs.of_fetch(connection, fetch.fetch_id, part))

    def _by_bulk(self, part: str, module: str, fields: Sequence[str], since: datetime | None) -> Iterator[Row]:
        try:
            columns = columns_for(self._client.fields(module), fields)
            until = None if since is None else self._batch.fetch.window.end
            query = BulkQuery(module, columns, None, self._client.change_field(module), since, until)
            jobs = BulkPages(self._client, query, self._account, self._batch, part)
            yield from self._rows(jobs, query, fields)
            prove_unmoved(self._client, query, jobs.pages)
        except (BulkGone, BulkRefused, ContractBroken) as stop:
            with self._batch.fenced() as connection:
                bulk_jobs.forget(connection, self._batch.fetch.fetch_id, part)
            if isinstance(stop, BulkGone):
                raise
            # not as CeilingReached or BulkRefused: those say that the source itself is to be read another way
            raise ContractBroken(
                f"{module}, which the criteria need beside the records, cannot be read: {stop}"
            ) from None
        if (made := jobs.pages[1].created_at) is not None:
            self._clocks.append(made)

    def _rows(self, jobs: BulkPages, query: BulkQuery, fields: Sequence[str]) -> Iterator[Row]:
        """Records that a file may not hold, by listing, then every file, once all jobs are done."""
        _complete(jobs, self._batch)
        hidden: set[str] = set()
        for listing in self._client.hidden(query.module, fields=fields, modified_since=query.start):
            for page in listing:
                hidden.update(str(row["id"]) for row in page.rows)
                yield from page.rows
        for job in jobs.pages.values():
            if not job.count:
                continue
            with TemporaryFile(prefix="contact-sync-bulk-") as file:
                jobs.download(job, file)
                where = f"Zoho Recruit: bulk job {job.job_id} of {query.module}"
                for rows in read_rows(file, query.columns, job.count, where=where):
                    yield from (row for row in rows if str(row["id"]) not in hidden)


def _complete(jobs: BulkPages, batch: Batch) -> None:
    """Return once every job of the read is completed. Raises ReadPending until then."""
    with batch.fenced() as connection:
        jobs.reread(connection)
    number = 1
    while True:
        jobs.ensure_job(number)
        jobs.wait_for(number)
        if not jobs.pages[number].more_records:
            return
        number += 1
