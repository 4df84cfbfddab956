"""What extract reads from: a source made ready for one fetch, whichever product it is of.

A source knows the ways in which it can be read, the best one first; a way that meets a ceiling of the service is left
for the next. It knows the mapping in force, with what only the account's metadata tells (MAP-1), and what to warn of.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from contact_sync.config.base import close_match
from contact_sync.config.options import OPT_OUT_FIELD
from contact_sync.config.resolved import ResolvedSync
from contact_sync.core.default_fields import is_offered
from contact_sync.core.mapping_types import FieldMapping
from contact_sync.errors import ConfigError
from contact_sync.zoho.creator_paging import CreatorListing
from contact_sync.zoho.paging import Listing

if TYPE_CHECKING:
    from contact_sync.stages.bulk import BulkRead

Row = dict[str, Any]

INDEX_LAG = timedelta(minutes=15)
"""A search does not find what changed in its last minutes, so the next fetch begins that much earlier."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a fetch is to read, and what is known of it before.

    since, until: bounds of the change time; since None: everything. before: records that the last such fetch read, None
    if there was none. by_bulk: whether a bulk read of this fetch is under way.
    """

    since: datetime | None
    until: datetime
    before: int | None = None
    by_bulk: bool = False


@dataclass(frozen=True, slots=True)
class Way:
    """One way to read a source once. read_by: listing, search, report or bulk. asked: whether conditions were sent."""

    read_by: str
    listing: "Listing | CreatorListing | BulkRead"
    asked: bool = False

    @property
    def reached(self) -> datetime:
        """Up to when, by the source's clock, the read has everything."""
        clock = self.listing.source_clock
        return clock - INDEX_LAG if self.read_by == "search" else clock


@dataclass(frozen=True, slots=True)
class Facts:
    """What a source says of itself before it is read.

    mapping: in force, e-mail first. told: the lines of it that the source's own fields tell. change_field: source field
    of the change time. warnings: what makes the run degraded, such as mapped fields that are gone (SRC-10).
    opt_out_field: source field of the opt-out flag, which the source may lack where no option needs it (ADV-1).
    """

    mapping: tuple[FieldMapping, ...]
    told: tuple[FieldMapping, ...]
    change_field: str
    warnings: tuple[str, ...] = field(default=())
    opt_out_field: str = OPT_OUT_FIELD


class Source(Protocol):
    """A source ready for one fetch.

    conditions_sent: numbers of the conditions that a search is asked for; conditions_unsent: of the others, each with
    why (CRIT-5). has_related: whether its criteria name related records.
    """

    facts: Facts
    conditions_sent: tuple[int, ...]
    conditions_unsent: Mapping[int, str]
    has_related: bool

    def ways(self, reading: Reading) -> Iterator[Way]:
        """The ways to read what is asked for, the best one first."""

    def reached(self, way: Way) -> datetime:
        """Up to when, by the source's clock, everything is known that a way gave and that was read beside it."""

    def unmet(self, rows: Sequence[Row]) -> list[list[int] | None] | None:
        """For each row the conditions that it does not meet, None for one in scope; None without criteria."""

    def contradicting(self, rows: Sequence[Row]) -> int:
        """How many rows deny a condition that the source was asked for (CRIT-5)."""

    def beside(self, since: datetime) -> Iterator[Row]:
        """Rows whose related records changed at or after an instant (ADV-7)."""

    def by_ids(self, record_ids: Sequence[str]) -> dict[str, Row | None]:
        """Records by their ids; None for one that the source no longer has."""

    def unread(self, way: Way, since: datetime) -> Listing | None:
        """Flags of all records changed since an instant, in scope or not; None where the way gives them all (ADV-7)."""

    def deleted(self, since: datetime) -> Listing | None:
        """Records deleted since an instant; None for a source that does not tell (ADV-2)."""


def checked(mapping: Sequence[FieldMapping], offered: Collection[str], settings: ResolvedSync) -> list[str]:
    """A warning for each mapped field that the source no longer has (SRC-10): its contact field keeps its values.

    Raises ConfigError if the field of the e-mail address is gone.
    """
    missing = [line for line in mapping if not is_offered(line.source, offered)]
    for line in missing:
        if line.target == "email":
            raise ConfigError(
                f"{settings.sync_id}: {settings.module} has no field {line.source}, which the e-mail address is "
                f"mapped from. Nothing was read. Mend mapping.email in {settings.file}, or see that the account's user "
                "may read the field."
            )
    return [
        f"The source has no field {line.source} any more: {line.target} keeps its former values."
        + (
            ""
            if line in settings.mapping
            else f" Say what fills it in {settings.file}, mapping.{line.target}, or null."
        )
        for line in missing
    ]


def checked_opt_out(settings: ResolvedSync, offered: Collection[str]) -> str:
    """The field of the opt-out flag (ADV-1). Raises ConfigError if an option needs it and the source lacks it (SRC-10).

    Somebody whose flag cannot be seen would be taken for somebody who did not opt out.
    """
    name = settings.options.needed_flag
    if name is not None and not is_offered(name, offered):
        close = close_match(name, offered)
        meant = f" Did you mean '{close}'?" if close else ""
        raise ConfigError(
            f"{settings.sync_id}: {settings.module} has no field {name}, which tells who opted out (ADV-1). Nothing "
            f"was read.{meant} Mend options.opt_out_field in {settings.file}, or see that the account's "
            "user may read the field."
        )
    return name or OPT_OUT_FIELD


def kept_if_gone(mapping: Iterable[FieldMapping], offered: Collection[str]) -> tuple[FieldMapping, ...]:
    """The mapping in which no field clears because the source no longer has it: gone is not empty (SRC-10, MAP-6)."""
    return tuple(
        line if is_offered(line.source, offered) else replace(line, clear_when_empty=False) for line in mapping
    )
