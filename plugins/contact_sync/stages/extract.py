"""extract: the source, page by page, into the staging table of the fetch, sealed with a proof of completeness.

Rows are mapped and cleaned a few thousand at a time, so memory stays flat whatever the size. Records whose change
time lies outside the window are counted, not read. Killed at any point it begins anew; nothing but staging is written.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import pandas as pd

from contact_sync.config.resolved import ResolvedSync
from contact_sync.core.email import EmailRules, load_rules
from contact_sync.core.mapping_types import FieldMapping
from contact_sync.core.normalise import normalise_page
from contact_sync.core.results import Manifest
from contact_sync.core.run import RunInfo, RunType
from contact_sync.paths import include_folder
from contact_sync.stages.batch import Batch, Seen, in_frames
from contact_sync.stages.bulk import BulkRead
from contact_sync.stages.common import kept_for_fetch, manifest, reread
from contact_sync.stages.opening import open_fetch
from contact_sync.stages.recruit_source import RecruitSource
from contact_sync.stages.report_source import ReportSource
from contact_sync.stages.source import Reading, Row, Source, Way
from contact_sync.stages.tracking import ClientFactory, Scanner, Tracker
from contact_sync.stages.whole_module import WholeModules
from contact_sync.warehouse import bulk_jobs, other_fetches, withheld
from contact_sync.warehouse.database import Warehouse
from contact_sync.warehouse.fetches import HowRead
from contact_sync.warehouse.secrets import hash_key
from contact_sync.zoho.creator import CreatorClient
from contact_sync.zoho.failures import BulkRefused, CeilingReached
from contact_sync.zoho.recruit import RecruitClient

log = logging.getLogger(__name__)

CLOCK_TOLERANCE = timedelta(minutes=5)


def extract(
    run: RunInfo,
    sync: ResolvedSync,
    make_client: ClientFactory,
    warehouse: Warehouse,
    now: datetime,
    credentials: str | None = None,
    make_scan_client: ClientFactory | None = None,
    tell: Callable[[int], None] = lambda rows: None,
) -> Manifest:
    """Stage and seal the records of one run. credentials: as `open_fetch` has it.

    make_scan_client: makes the client that lists all ids for `deletion_check: full_id_scan`, which spends less of the
    account's credits (LIM-5); as `make_client` without one. tell: is told how many records are read so far.

    Raises SyncSkipped, ConfigError for what the account lacks, Superseded if a newer attempt took over.
    """
    fetch, attempt = open_fetch(run, sync, warehouse, now, credentials)
    # without what an earlier attempt learnt of the source's fields: that is learnt anew
    settings = ResolvedSync.model_validate(fetch.settings)
    with kept_for_fetch(warehouse, fetch, "extract") as kept:
        batch = Batch(kept, fetch, attempt, tell=tell)
        with kept.transaction() as connection:
            former = other_fetches.told_before(connection, fetch)
        source = open_source(make_client(settings.account, fetch.fetch_id), settings, former, batch)
        scanner = Scanner(make_scan_client or make_client, fetch, settings)
        Reader(batch, source, settings, Tracker(batch, source, settings, scanner)).read(now)
    return manifest(reread(warehouse, run), "extract", {"read": batch.staged, "outside_window": batch.outside})


def open_source(
    client: RecruitClient | CreatorClient,
    settings: ResolvedSync,
    former: Sequence[FieldMapping] = (),
    batch: Batch | None = None,
) -> Source:
    """The source of a sync, made ready.

    former: lines that its fields told at the last fetch (MAP-1). batch: of the fetch that reads it, whose jobs are
    kept; without one nothing is read by bulk beside the source (SRC-12).

    Raises ConfigError for what the account lacks, SourceRenamed (SRC-7).
    """
    if isinstance(client, CreatorClient) and settings.report is not None:
        return ReportSource(client, settings, settings.report, former)
    if isinstance(client, RecruitClient) and settings.report is None:
        may_bulk = settings.policies.bulk_from is not None
        whole = WholeModules(client, batch, settings.account, may_bulk=may_bulk) if batch else None
        return RecruitSource(client, settings, former, whole)
    raise TypeError(f"{settings.sync_id}: a {type(client).__name__} cannot read a source of kind {settings.kind}")


@dataclass(slots=True)
class Reader:
    """Reads a source into a batch, the best way that goes to the end."""

    batch: Batch
    source: Source
    settings: ResolvedSync
    tracker: Tracker
    returned: int = 0
    kept: int = 0
    contradicting: int = 0

    def read(self, now: datetime) -> None:
        """Fill and seal the batch.

        Raises CeilingReached if every way ends where the service is known to stop, ReadPending if the source is still
        preparing what is to be read: the next call goes on.
        """
        stops: list[str] = []
        for way in self.source.ways(self._reading()):
            try:
                seen = self._fill(way)
            except (CeilingReached, BulkRefused) as stop:
                log.info("%s Read another way.", stop)
                stops.append(str(stop))
                continue
            gone = self._add_others(seen)
            self._seal(way, gone, self.tracker.look(way), now)
            return
        raise CeilingReached(" ".join(stops))

    def _reading(self) -> Reading:
        fetch = self.batch.fetch
        with self.batch.warehouse.transaction() as connection:
            before = other_fetches.recent_reads(connection, fetch)
            by_bulk = bulk_jobs.begun(connection, fetch.fetch_id)
        return Reading(fetch.window.start, fetch.window.end, before[0] if before else None, by_bulk)

    def _fill(self, way: Way) -> set[str]:
        """Stage what one way gives; the ids of what came, for a source that has related records."""
        self.returned = self.kept = self.contradicting = 0
        if isinstance(way.listing, BulkRead):
            counted = way.listing.advance(self.batch, self._taker())
            self.returned, self.kept = counted.returned, counted.kept
            return self.batch.ids() if self.source.has_related else set()
        self.batch.create()
        take, seen = self._taker(), set[str]()
        for rows in in_frames(page.rows for page in way.listing):
            take(rows)
            self.returned += len(rows)
            self.contradicting += self.source.contradicting(rows) if way.asked else 0
            if self.source.has_related:
                seen.update(str(row.get("id")) for row in rows)
        return seen

    def _taker(self) -> Callable[[list[Row]], int]:
        """What stages rows of a way, and tells how many of them are in scope."""
        normalise = self._normaliser()

        def take(rows: list[Row]) -> int:
            before = self.kept
            self.batch.add(self._judged(normalise(rows, first_record_no=self.batch.staged + 1), rows))
            return self.kept - before

        return take

    def _add_others(self, seen: set[str]) -> list[str]:
        """Stage what was not listed and belongs to this fetch: brought back by a related record, or withheld before.

        Returns the withheld records that the source no longer has.
        """
        others: dict[str, Row] = {}
        start = self.batch.fetch.window.start
        if start is not None and self.source.has_related and self._looks_beside():
            others = {str(row["id"]): row for row in self.source.beside(start) if str(row["id"]) not in seen}
        found: dict[str, Row | None] = {}
        while ids := self._withheld_ids(found):  # again while some of them are gone, whose room others may have
            found |= self.source.by_ids(ids)
        others |= {record_id: row for record_id, row in found.items() if row}
        normalise, kept = self._normaliser(), self.kept
        for rows in in_frames([list(others.values())]):
            self.batch.add_by_id(self._judged(normalise(rows, first_record_no=self.batch.staged + 1), rows))
        self.kept = kept  # is of what the way returned, and these came beside it
        return [record_id for record_id, row in found.items() if not row]

    def _judged(self, frame: pd.DataFrame, rows: Sequence[Row]) -> pd.DataFrame:
        unmet = self.source.unmet(rows)
        if unmet is None:
            self.kept += len(rows)
            return frame
        self.kept += sum(each is None for each in unmet)
        return frame.assign(unmet=pd.Series([_array(each) for each in unmet], index=frame.index, dtype=object))

    def _looks_beside(self) -> bool:
        """A backfill reads its interval only, and a read from the beginning finds everything anyway."""
        return self.batch.fetch.window.start is not None and self.batch.fetch.run_type != RunType.BACKFILL

    def _withheld_ids(self, found: Mapping[str, Row | None]) -> list[str]:
        """Records that an earlier fetch withheld and that the plan has room for beside those found (OUT-15)."""
        if not self._looks_beside():
            return []
        with self.batch.warehouse.transaction() as connection:
            limit = self.settings.policies.contact_limit
            return withheld.next_ids(connection, self.batch.fetch, limit, found, sum(map(bool, found.values())))

    def _normaliser(self) -> Callable[..., pd.DataFrame]:
        return partial(
            normalise_page,
            mappings=list(self.source.facts.mapping),
            change_field=self.source.facts.change_field,
            rules=email_rules(self.settings),
            hash_secret=hash_key(self.batch.warehouse),
            opt_out_field=self.source.facts.opt_out_field,
        )

    def _seal(self, way: Way, gone: list[str], seen: Seen, now: datetime) -> None:
        sent = self.source.conditions_sent if way.asked else ()
        how = HowRead(way.read_by, sent, self.returned, self.kept, self.contradicting, self.source.facts.told)
        warnings = [*self.source.facts.warnings, *seen.warnings]
        clock: datetime | None = way.listing.source_clock
        if isinstance(way.listing, BulkRead):  # that clock was read when the job was made, and not now
            clock = way.listing.clock_now
        warnings += _clock_warning(clock, now)
        if self.contradicting > self.settings.policies.api_overmatch_warn:
            warnings.append(
                f"{self.contradicting} of {self.returned} records that the search gave deny a condition that it was "
                "asked for; they were left out (CRIT-5, policy api_overmatch_warn)."
            )
        with self.batch.fenced() as connection:
            unread = bulk_jobs.orphans(connection, self.batch.fetch.fetch_id)
        if unread:
            warnings.append(f"{unread} bulk jobs may have been made that nobody read: credits only, no harm.")
        self.batch.seal(way.listing.proof, self.source.reached(way), how, warnings, gone, seen)


def email_rules(settings: ResolvedSync) -> EmailRules:
    """The organisation's rules for addresses, as the fetch's settings have them."""
    return load_rules(
        include_folder() / "reference",
        plus_addresses=settings.policies.plus_addresses,
        group_emails=settings.policies.group_emails,
        add=settings.role_addresses.add,
        remove=settings.role_addresses.remove,
    )


def _array(numbers: Sequence[int] | None) -> str | None:
    """As Postgres writes an array."""
    return None if numbers is None else f"{{{','.join(map(str, numbers))}}}"


def _clock_warning(source_clock: datetime | None, now: datetime) -> list[str]:
    apart = abs(source_clock - now) if source_clock else timedelta()
    if apart <= CLOCK_TOLERANCE:
        return []
    minutes = round(apart.total_seconds() / 60)
    return [f"The source's clock and ours are {minutes} minutes apart; the source's counts."]
