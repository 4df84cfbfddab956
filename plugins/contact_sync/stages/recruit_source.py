"""A module of Zoho Recruit as a source: all of it, a custom view, or what meets criteria (SRC-1 to SRC-5, SRC-8..11).

Fields that outcomes depend on are asked for beside the mapped ones. Refused before anything is read: a module or view
that the account lacks, a vanished field of the e-mail address or of the criteria (SRC-10).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from contact_sync.config.resolved import ResolvedSync
from contact_sync.core.default_fields import email_line, name_lines
from contact_sync.core.mapping_types import FieldMapping
from contact_sync.core.sighted import CONVERTED, CONVERTED_DETAIL
from contact_sync.stages.beside import changed_beside
from contact_sync.stages.bulk import BulkRead
from contact_sync.stages.scope import Scope
from contact_sync.stages.source import Facts, Reading, Row, Way, checked, checked_opt_out, kept_if_gone
from contact_sync.stages.told import told_lines
from contact_sync.stages.whole_module import WholeModules, by_listing
from contact_sync.zoho.metadata import unknown_types
from contact_sync.zoho.paging import Listing
from contact_sync.zoho.recruit import RecruitClient

ALWAYS_READ = ("Created_Time", CONVERTED, "$approved")
"""Fields that outcomes depend on beside the mapped ones and the opt-out flag (SRC-8, ADV-1, ADV-4)."""
CONVERTS = "Candidates"
"""The module whose records are converted (ADV-4)."""


class RecruitSource:
    """The records of one fetch. Metadata is asked for when it is made.

    former: told lines of the last fetch. whole: reads related modules within a fetch; without one, by listing only.
    """

    def __init__(
        self,
        client: RecruitClient,
        settings: ResolvedSync,
        former: Sequence[FieldMapping] = (),
        whole: WholeModules | None = None,
    ) -> None:
        self._client = client
        self._whole = whole
        self._read = whole.read if whole else by_listing(client)
        self._module = settings.module
        self._account = settings.account
        self._bulk_from = settings.policies.bulk_from
        self._is_last = settings.schedule.frequency == "once"
        change_field = client.change_field(settings.module)
        fields = client.fields(settings.module)
        told = told_lines(settings, former, lambda: email_line(fields, settings.module), lambda: name_lines(fields))
        mapping = (*told, *settings.mapping)
        offered = {str(each["api_name"]) for each in fields}
        warnings = checked(mapping, offered, settings) + unknown_types(fields, mapping)
        kept, flag = kept_if_gone(mapping, offered), checked_opt_out(settings, offered)
        self.facts = Facts(kept, told, change_field, tuple(warnings), flag)
        self._scope = Scope(client, settings, settings.criteria, self._read) if settings.criteria else None
        view = client.find_view(settings.module, settings.view) if settings.view else None
        self._view_id = str(view["id"]) if view else None
        self.conditions_sent = self._scope.narrowing.sent if self._scope else ()
        self.conditions_unsent: Mapping[int, str] = self._scope.unsent if self._scope else {}
        self.has_related = bool(self._scope and self._scope.related)
        judged = self._scope.fields if self._scope else ()
        sources = (line.source.partition(".")[0] for line in mapping)  # parts are not heard: whole fields
        self._flags = (self.facts.opt_out_field, CONVERTED, *((CONVERTED_DETAIL,) if self._module == CONVERTS else ()))
        self.fields = tuple(dict.fromkeys((*sources, *judged, change_field, *ALWAYS_READ, *self._flags)))

    def ways(self, reading: Reading) -> Iterator[Way]:
        """A search where the criteria allow one and everything is wanted, then bulk if it is much, then the listing.

        A search cannot be trusted with what changed since an instant: its index lags behind (zoho-api, A.3). What it
        does not know yet the next fetch reads, so a one-time sync, which has none, does not search. Where the listing
        meets a ceiling, bulk is the last resort (SRC-12): a listing cannot be cut into slices of time, because it knows
        no end of them.
        """
        bulk = self._bulk(reading)
        if reading.by_bulk:
            yield from bulk
        elif self._scope and self._scope.narrowing.query and reading.since is None and not self._is_last:
            found = self._client.search(self._module, self._scope.narrowing.query, fields=self.fields)
            yield Way("search", found, asked=True)
        if self._is_much(reading):
            yield from bulk
        listing = self._client.records(
            self._module, fields=self.fields, view_id=self._view_id, modified_since=reading.since
        )
        yield Way("listing", listing)
        yield from bulk

    def reached(self, way: Way) -> datetime:
        """Up to when everything is known that a way gave, and all that was read beside it (RET-7)."""
        return self._whole.reached(way.reached) if self._whole else way.reached

    def _bulk(self, reading: Reading) -> Iterator[Way]:
        """The way by bulk, once; none where the policy forbids it."""
        if self._bulk_from is not None:
            change_field = self.facts.change_field
            read = BulkRead(
                self._client, self._module, self.fields, self._view_id, change_field, reading, self._account
            )
            yield Way("bulk", read)

    def _is_much(self, reading: Reading) -> bool:
        """Whether to begin with bulk: by what the last such read gave, else by one question."""
        if reading.since is not None or reading.by_bulk or self._bulk_from is None:
            return False
        if reading.before is not None:
            return reading.before > self._bulk_from
        return self._client.exceeds(self._module, self._bulk_from, view_id=self._view_id)

    def unmet(self, rows: Sequence[Row]) -> list[list[int] | None] | None:
        """For each row the conditions that it does not meet; None where there are no criteria."""
        return self._scope.unmet(rows) if self._scope else None

    def contradicting(self, rows: Sequence[Row]) -> int:
        """How many rows of a search deny what was asked (CRIT-5)."""
        return self._scope.contradicting(rows) if self._scope else 0

    def beside(self, since: datetime) -> Iterator[Row]:
        """Rows whose related records changed, for criteria that name some (ADV-7)."""
        if self._scope and self._scope.related:
            yield from changed_beside(self._client, self._read, self._module, self._scope.related, since, self.fields)

    def unread(self, way: Way, since: datetime) -> Listing | None:
        """Flags of all records of the module, where the way gives a view or what a search finds (ADV-7)."""
        if self._view_id is None and not way.asked:
            return None
        return self._client.records(self._module, fields=(self.facts.change_field, *self._flags), modified_since=since)

    def deleted(self, since: datetime) -> Listing:
        """What the module's list of deleted records has since an instant (ADV-2)."""
        return self._client.deleted(self._module, since)

    def by_ids(self, record_ids: Sequence[str]) -> dict[str, Row | None]:
        """Records by their ids, one call each."""
        return {each: self._client.record(self._module, each) for each in record_ids}
