"""What became of records beside the batch: deletions, and opt-outs and conversions of records out of scope (ADV-2, 7).

Looks since where the sync's last successful fetch ended, whatever the window of this one: its first fetch has nothing
to look for, and a backfill reads its interval alone. Deletions come from the source's own list, or from what a complete
listing of ids lacks. Refused: deleting by absence from a listing that is not proved complete (SRC-12, ADV-7).
"""

import logging
from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from contact_sync.config.resolved import ResolvedSync
from contact_sync.core.run import RunType
from contact_sync.core.sighted import gone_columns, live_columns
from contact_sync.errors import ContractBroken, CreditsExhausted, PermissionMissing
from contact_sync.stages.batch import Batch, Seen, in_frames
from contact_sync.stages.recruit_source import CONVERTS
from contact_sync.stages.source import Source, Way
from contact_sync.warehouse import sightings, staging
from contact_sync.warehouse.fetches import Fetch
from contact_sync.warehouse.sightings import Standing
from contact_sync.zoho.creator import CreatorClient, Report
from contact_sync.zoho.creator_paging import CreatorListing
from contact_sync.zoho.failures import CeilingReached, ModuleUnknown
from contact_sync.zoho.paging import Listing, Page
from contact_sync.zoho.recruit import RecruitClient

log = logging.getLogger(__name__)

ClientFactory = Callable[[str, int], RecruitClient | CreatorClient]
"""Makes the client of an account, by its name; its calls are booked on a fetch, by its id."""
SCAN = "deletion_check: full_id_scan"


@dataclass(frozen=True, slots=True)
class Scanner:
    """Lists the ids of a source with a client of its own, which yields to imports (LIM-5)."""

    make_client: ClientFactory
    fetch: Fetch
    settings: ResolvedSync

    def ids(self, since: datetime | None) -> "array[int]":
        """All ids of the whole module or report, whatever view or flags; or those of records changed since an instant.

        Raises CreditsExhausted at the share of the credits that a scan may use, ContractBroken for what is not proved.
        """
        found = array("Q")
        for page in self._listing(since):
            for row in page.rows:
                text = str(row.get("id"))
                if not text.isdecimal() or len(text) > 19:
                    raise ContractBroken(f"{self.settings.module}: a listing has an id that is no number.")
                found.append(int(text))
        return found

    def _listing(self, since: datetime | None) -> Listing | CreatorListing:
        client = self.make_client(self.settings.account, self.fetch.fetch_id)
        if isinstance(client, RecruitClient):
            return client.records(self.settings.module, fields=("id",), modified_since=since)
        told = self.settings.report
        if told is None:
            raise TypeError(f"{self.settings.sync_id}: Creator is read by report")
        report = Report.of(told.owner, told.application, told.report, told.date_format, told.timezone)
        return client.ids(report) if since is None else client.rows(report, fields=(), modified_since=since)


class Tracker:
    """One fetch's look beside its batch. Everything it writes is staging, under the fence of the attempt."""

    def __init__(self, batch: Batch, source: Source, settings: ResolvedSync, scanner: Scanner) -> None:
        self._batch = batch
        self._source = source
        self._settings = settings
        self._scanner = scanner
        self._warnings: list[str] = []
        self._left = False

    def look(self, way: Way) -> Seen:
        """See what there is to see, once the batch is staged whole by this way.

        Raises PermissionMissing or ConfigError, saying what would help, for an account without a list of deleted
        records.
        """
        fetch = self._batch.fetch
        if fetch.run_type == RunType.BACKFILL:
            return Seen()
        with self._batch.warehouse.transaction() as connection:
            stands = sightings.standing(connection, fetch)
        flags, deletions = self._in_force(stands)
        if stands is None or not (flags or deletions):
            return Seen()
        with self._batch.fenced() as connection:
            staging.create_sightings(connection, fetch.fetch_id)
        since = stands.read_until - self._settings.overlap
        if flags:
            self._see_flags(way, since)
        if deletions:
            self._see_deletions(way, stands, since)
        with self._batch.fenced() as connection:
            takes = self._settings.unapproved == "take"
            rows = sightings.settle(connection, fetch, takes_unapproved=takes)
        return Seen(rows, self._left, tuple(self._warnings))

    def _in_force(self, stands: Standing | None) -> tuple[bool, bool]:
        """Whether flags and deletions are looked for: by the file's choices, or by those that bind pairs (ADV-5).

        Conversions are noticed whatever the options (ADV-4).
        """
        options = self._settings.options
        flags = options.opt_out != "dont_exclude" or self._settings.module == CONVERTS
        deletions = options.deleted != "keep"
        if stands is None:
            return flags, deletions
        return flags or stands.binds_opt_out, deletions or stands.binds_deleted

    def _see_flags(self, way: Way, since: datetime) -> None:
        """Opt-outs and conversions of records that the batch does not hold, or holds as out of scope."""
        with self._batch.fenced() as connection:
            sightings.add_from_batch(connection, self._batch.fetch)
        listing = self._source.unread(way, since)
        facts = self._source.facts
        try:
            for rows in in_frames(_rows(listing)):
                self._batch.see(live_columns(rows, facts.change_field, facts.opt_out_field))
        except CeilingReached as stop:
            self._leave("Opt-outs and conversions of records out of scope were not all seen", stop)

    def _see_deletions(self, way: Way, stands: Standing, since: datetime) -> None:
        """Deleted records, from the source's list of them or from what a complete listing of ids lacks."""
        feed = None if self._settings.options.deletion_check == "full_id_scan" else self._source.deleted(since)
        if feed is None:
            self._scan(way)
            return
        try:
            self._read_feed(feed)
        except CeilingReached as stop:
            log.info("%s Deletions are found from all ids instead.", stop)
            self._scan(way)
        else:
            self._warn_of_gap(way.listing.source_clock - stands.read_until)

    def _read_feed(self, feed: Listing) -> None:
        try:
            for rows in in_frames(_rows(feed)):
                self._batch.see(gone_columns(rows, self._batch.fetch.started_at))
        except (PermissionMissing, ModuleUnknown) as error:
            raise type(error)(
                f"{error} Without the list of deleted records of {self._settings.module} nobody can be found who was "
                f"deleted (ADV-2). Mend that, or set options.{SCAN}, or options.deleted: keep, "
                f"in {self._settings.file}."
            ) from None

    def _scan(self, way: Way) -> None:
        """See as gone what a complete listing of ids lacks; without one nobody is."""
        whole = self._batch_is_whole(way)
        try:
            since = self._batch.fetch.window.end if whole else None
            ids = array("Q") if whole and not self._batch.outside else self._scanner.ids(since)
        except (CreditsExhausted, CeilingReached) as stop:
            self._leave(f"Deleted records were not looked for ({SCAN})", stop)
            return
        with self._batch.fenced() as connection:
            sightings.add_absent(connection, self._batch.fetch, ids, with_batch=whole)

    def _leave(self, what: str, why: Exception) -> None:
        """The fetch is loaded without this, and the next one looks back over it (OPS-1)."""
        self._left = True
        self._warnings.append(f"{what}, which is left for a later run. {why}")

    def _batch_is_whole(self, way: Way) -> bool:
        """Whether the batch holds every record of the source but those changed after the window's end."""
        everything = self._batch.fetch.window.start is None and self._settings.view is None
        return everything and not way.asked

    def _warn_of_gap(self, gap: timedelta) -> None:
        """A warning if Recruit may have forgotten deletions since the last successful fetch (ADV-9)."""
        days = self._settings.policies.deletion_retention_days
        if gap > timedelta(days=days):
            self._warnings.append(
                f"The last successful fetch was {gap.days} days ago, and Recruit tells of deleted records for {days} "
                f"days (policy deletion_retention_days), so some may never be told of. Run once with options.{SCAN} in "
                f"{self._settings.file} (ADV-9)."
            )


def _rows(pages: Iterable[Page] | None) -> Iterable[list[dict[str, object]]]:
    return (page.rows for page in pages or ())
