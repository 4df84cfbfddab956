"""A report of Zoho Creator as a source (SRC-6, SRC-7, MAP-1).

Reports have no metadata: their fields are told from their first rows. A report that does not show Modified_Time is read
whole every time, and says so in the history. Refused before anything is read: a link name that is gone (SRC-7), and a
report without the field of the e-mail address.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from contact_sync.config.options import OPT_OUT_FIELD
from contact_sync.config.resolved import ResolvedReport, ResolvedSync
from contact_sync.core.mapping_types import FieldMapping
from contact_sync.stages.source import Facts, Reading, Row, Way, checked, checked_opt_out, kept_if_gone
from contact_sync.stages.told import NAMES, told_lines
from contact_sync.zoho.creator import CreatorClient, Report
from contact_sync.zoho.creator_values import CHANGED

UNDATED = (
    "The report does not show Modified_Time, so every fetch reads all of it. Add the column to the report in Creator."
)
USUAL_EMAIL = "Email"
"""Where the address of a report is looked for that has no rows yet, and so shows no fields."""


class ReportSource:
    """The rows of one fetch. What the report shows is asked for when it is made. former: told lines of the last one."""

    conditions_sent: tuple[int, ...] = ()
    conditions_unsent: Mapping[int, str] = MappingProxyType({})
    has_related = False

    def __init__(
        self,
        client: CreatorClient,
        settings: ResolvedSync,
        report: ResolvedReport,
        former: Sequence[FieldMapping] = (),
    ) -> None:
        self._client = client
        self._report = Report.of(report.owner, report.application, report.report, report.date_format, report.timezone)
        shown = {str(each["api_name"]) for each in client.fields(self._report)}
        dated = client.change_field(self._report) is not None
        told = told_lines(settings, former, lambda: self._email_line(known=bool(shown)), self._name_lines)
        mapping = (*told, *settings.mapping)
        warnings = checked(mapping, shown, settings) if shown else []
        if shown and not dated:
            warnings.append(UNDATED)
        flag = settings.options.opt_out_field
        if shown:
            checked_opt_out(settings, shown)
        self.facts = Facts(kept_if_gone(mapping, shown), told, CHANGED, tuple(warnings), flag or OPT_OUT_FIELD)
        self.fields = tuple(dict.fromkeys((*(line.source for line in mapping), *((flag,) if flag else ()))))

    def ways(self, reading: Reading) -> Iterator[Way]:
        """The report, along its cursor."""
        yield Way("report", self._client.rows(self._report, fields=self.fields, modified_since=reading.since))

    def reached(self, way: Way) -> datetime:
        """Nothing is read beside a report."""
        return way.reached

    def unmet(self, rows: Sequence[Row]) -> None:
        """Reports are filtered in Creator, not here."""

    def contradicting(self, rows: Sequence[Row]) -> int:
        """Nothing is asked of a report that its rows could deny."""
        return 0

    def beside(self, since: datetime) -> Iterator[Row]:
        """A report has no related records of its own."""
        yield from ()

    def unread(self, way: Way, since: datetime) -> None:
        """A report is read as it is: what it does not show, nobody can be told."""

    def deleted(self, since: datetime) -> None:
        """Creator has no list of deleted records."""

    def by_ids(self, record_ids: Sequence[str]) -> dict[str, Row | None]:
        """Rows by their ids, one call each."""
        return {each: self._by_id(each) for each in record_ids}

    def _by_id(self, record_id: str) -> Row | None:
        pages = self._client.rows(self._report, fields=self.fields, criteria=f"ID == {int(record_id)}")
        rows = [row for page in pages for row in page.rows if row["id"] == record_id]
        return rows[0] if rows else None

    def _email_line(self, *, known: bool) -> FieldMapping:
        return FieldMapping("email", self._client.email_field(self._report) if known else USUAL_EMAIL)

    def _name_lines(self) -> list[FieldMapping]:
        names = zip(NAMES, self._client.name_fields(self._report), strict=True)
        return [FieldMapping(target, source) for target, source in names if source]
