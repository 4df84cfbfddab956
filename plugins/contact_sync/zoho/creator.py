"""The Creator API v2.1 as this package uses it: reading reports. A report has no metadata: its first rows tell of it.

A window is asked for by criteria on Modified_Time, but only when the report shows that field (seen in its rows), with a
day's margin, and every row is judged here as well. Not confirmed for Creator, and so never relied on: in which zone and
format it reads a date literal, and that it filters exactly. A report without Modified_Time is read whole every time.

Calls cost one developer API call each. Knows nothing of syncs; refuses naive times. Source: creator/help/api/v2.1.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from contact_sync.core.date_style import DateStyle
from contact_sync.core.moments import parse_moment
from contact_sync.errors import ConfigError
from contact_sync.zoho import creator_values as values
from contact_sync.zoho.creator_paging import READ_SIZE, CreatorListing
from contact_sync.zoho.transport import Params, Transport

COSTS: Mapping[str, int] = {"other": 1}
"""Every call counts one against the developer API limit of the day (creator/help/api/v2.1/api-limits)."""
LITERAL_MARGIN = timedelta(hours=26)
"""Time zones lie no further apart, so a criteria that is read in another one still finds all that is wanted."""
SAMPLE_SIZE = 200


@dataclass(frozen=True, slots=True)
class Report:
    """A report by its link names, and how its application writes dates (SRC-6)."""

    owner: str
    application: str
    name: str
    style: DateStyle

    @classmethod
    def of(cls, owner: str, application: str, name: str, date_format: str, timezone: str) -> "Report":
        """From plain texts; `timezone` is an IANA name. Raises ConfigError for a format that cannot be read."""
        return cls(owner, application, name, DateStyle(date_format, ZoneInfo(timezone)))

    @property
    def path(self) -> str:
        """Below the API root."""
        owner, application, name = (quote(each, safe="") for each in (self.owner, self.application, self.name))
        return f"/creator/v2.1/data/{owner}/{application}/report/{name}"


class CreatorClient:
    """Creator of one account. What a report shows is asked for once per client and kept."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._samples: dict[str, list[dict[str, Any]]] = {}

    def fields(self, report: Report) -> list[dict[str, Any]]:
        """The fields of a report, told from its first rows: api_name, field_label, data_type, custom_field.

        Parts of names and addresses are fields of their own (`Name.first_name`). Empty while the report has no rows.
        Raises SourceRenamed when application or report have no such link name (SRC-7).
        """
        return values.described(self._sample(report), report.style)

    def email_field(self, report: Report) -> str:
        """The only field whose values are addresses. Raises ConfigError that lists them for none or several (MAP-1)."""
        return values.email_field(self.fields(report), report.name)

    def name_fields(self, report: Report) -> tuple[str | None, str | None]:
        """Where first and last name come from if nobody says, None where the report has no such field (MAP-1)."""
        return values.name_fields(self.fields(report))

    def change_field(self, report: Report) -> str | None:
        """Modified_Time if the report shows it; None if it does not: then each read is of everything (SRC-11).

        Raises ConfigError if it shows times that the date format cannot read, naming the format.
        """
        written = [str(row[values.CHANGED]) for row in self._sample(report) if row.get(values.CHANGED)]
        if not written:
            return None
        strange = [text for text in written if report.style.moment(text) is None]
        if strange:
            raise ConfigError(
                f"source.date_format: '{report.style.date_format}' does not read the times of report '{report.name}',"
                f" some of which are written like '{strange[0]}'. Take it from the application's settings in Creator."
            )
        return values.CHANGED

    def rows(
        self,
        report: Report,
        *,
        fields: Sequence[str],
        criteria: str | None = None,
        modified_since: datetime | None = None,
    ) -> CreatorListing:
        """Records with these fields, as usable rows: all, or those changed at or after an instant (aware).

        fields: names as `fields` tells them; unknown ones are left out. Each row has its `id` and, if the report shows
        them, Modified_Time and Created_Time. criteria: in Creator's own words, narrows further.
        """
        if modified_since is not None and modified_since.tzinfo is None:
            raise ValueError("modified_since needs a time zone")
        since = modified_since if modified_since and self.change_field(report) else None
        narrowed = [f"({criteria})"] if criteria else []
        if since:
            literal = report.style.literal(since - LITERAL_MARGIN)
            narrowed.append(f"({values.CHANGED} >= '{literal}')")
        params: Params = {**self._columns(report, fields), "criteria": " && ".join(narrowed) or None}
        return CreatorListing(self._transport, report.path, params, lambda row: _taken(row, report.style, since))

    def ids(self, report: Report) -> CreatorListing:
        """Every record's id and nothing else: for finding what is no longer there. Rows hold `id`."""
        params = self._columns(report, ())
        return CreatorListing(self._transport, report.path, params, lambda row: {"id": str(row[values.ID])})

    def _columns(self, report: Report, fields: Sequence[str]) -> Params:
        """Only fields that the report shows are named: what Creator does with others is not known."""
        seen = dict.fromkeys(name for row in self._sample(report) for name in row)
        wanted = {values.field_of(name) for name in fields} | {values.CHANGED, values.ADDED}
        chosen = [name for name in seen if name in wanted] or [name for name in seen if name != values.ID][:1]
        if not chosen:  # no rows yet, or rows without any field
            return {"max_records": READ_SIZE, "field_config": "all"}
        return {"max_records": READ_SIZE, "field_config": "custom", "fields": ",".join(chosen)}

    def _sample(self, report: Report) -> list[dict[str, Any]]:
        """The first rows as received."""
        if report.path not in self._samples:
            params: Params = {"max_records": SAMPLE_SIZE, "field_config": "all"}
            listing = CreatorListing(self._transport, report.path, params, lambda row: row)
            self._samples[report.path] = next((page.rows for page in listing), [])
        return self._samples[report.path]


def _taken(row: dict[str, Any], style: DateStyle, since: datetime | None) -> dict[str, Any] | None:
    """The usable row, None if it changed before `since`. One without a readable change time is taken, to be seen."""
    made = values.usable_row(row, style)
    if since is not None:
        changed = parse_moment(str(made.get(values.CHANGED) or ""))
        if changed is not None and changed < since:
            return None
    return made
