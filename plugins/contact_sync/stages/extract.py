"""extract: the source, page by page, into the staging table of the fetch, sealed with a proof of completeness.

Rows are mapped and cleaned a few thousand at a time, so memory stays flat whatever the size. Records whose change
time lies outside the window are counted, not read. Killed at any point it begins anew; nothing but staging is written.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pandas as pd
from sqlalchemy import Connection

from contact_sync.config.resolved import ResolvedSync
from contact_sync.core.email import EmailRules, load_rules
from contact_sync.core.mapping_types import FieldMapping
from contact_sync.core.normalise import normalise_page
from contact_sync.core.results import Manifest
from contact_sync.core.run import RunInfo, RunType
from contact_sync.core.window import Window
from contact_sync.errors import ConfigError
from contact_sync.paths import include_folder
from contact_sync.stages.common import for_fetch, manifest, reread, settings_of
from contact_sync.stages.opening import open_fetch
from contact_sync.warehouse import fetches, staging, withheld
from contact_sync.warehouse.database import Warehouse
from contact_sync.warehouse.fetches import Fetch
from contact_sync.warehouse.secrets import hash_key
from contact_sync.zoho.paging import Listing
from contact_sync.zoho.recruit import RecruitClient

FRAME_ROWS = 4_000
CLOCK_TOLERANCE = timedelta(minutes=5)
ALWAYS_READ = ("Created_Time", "Email_Opt_Out", "$converted", "$approved")
"""Fields that outcomes depend on beside the mapped ones (SRC-8, ADV-1, ADV-4)."""

ClientFactory = Callable[[str, int], RecruitClient]
"""Makes the client of an account, by its name; its calls are booked on a fetch, by its id."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How one fetch reads its source."""

    fields: tuple[str, ...]
    change_field: str
    view_id: str | None
    missing: tuple[FieldMapping, ...]


def extract(
    run: RunInfo, sync: ResolvedSync, make_client: ClientFactory, warehouse: Warehouse, now: datetime
) -> Manifest:
    """Stage and seal the records of one run.

    Raises SyncSkipped, ConfigError for what the account lacks, Superseded if a newer attempt took over.
    """
    fetch, attempt = open_fetch(run, sync, warehouse, now)
    warehouse = for_fetch(warehouse, fetch, "extract")
    settings = settings_of(fetch)
    client = make_client(settings.account, fetch.fetch_id)
    reading = plan_reading(client, settings)
    listing = client.records(
        settings.module, fields=reading.fields, view_id=reading.view_id, modified_since=fetch.window.start
    )
    batch = Batch(warehouse, fetch, attempt)
    batch.create()
    normalise = partial(
        normalise_page,
        mappings=list(settings.mapping),
        change_field=reading.change_field,
        rules=email_rules(settings),
        hash_secret=hash_key(warehouse),
    )
    for rows in _in_frames(page.rows for page in listing):
        batch.add(normalise(rows, first_record_no=batch.staged + 1))
    by_id, gone = read_withheld(client, settings, fetch, warehouse)
    if by_id:
        batch.add_by_id(normalise(by_id, first_record_no=batch.staged + 1))
    batch.seal(listing, _warnings(reading, listing.source_clock, now), gone)
    return manifest(reread(warehouse, run), "extract", {"read": batch.staged, "outside_window": batch.outside})


@dataclass(slots=True)
class Batch:
    """The staging table of a fetch while it is filled. Each step is a transaction under the fence of the attempt."""

    warehouse: Warehouse
    fetch: Fetch
    attempt: int
    staged: int = 0
    outside: int = 0

    def create(self) -> None:
        """An empty table; what an earlier attempt staged is dropped."""
        with self._fenced() as connection:
            staging.create(connection, self.fetch.fetch_id)

    def add(self, frame: pd.DataFrame) -> None:
        """Copy the rows that lie in the window, and count the others."""
        inside = within(frame, self.fetch.window, self.staged + 1)
        self._copy(inside)
        self.outside += len(frame) - len(inside)

    def add_by_id(self, frame: pd.DataFrame) -> None:
        """Copy rows that were asked for by id, whatever their change time."""
        self._copy(frame.assign(by_id=True))

    def _copy(self, frame: pd.DataFrame) -> None:
        with self._fenced() as connection:
            rows = frame.itertuples(index=False, name=None)
            staging.copy(connection, self.fetch.fetch_id, list(frame.columns), rows)
        self.staged += len(frame)

    def seal(self, listing: Listing, warnings: list[str], gone: list[str]) -> None:
        """Close the batch with what proves that it is whole; later stages compare with it.

        gone: withheld records that the source no longer has; they are waited for no longer.
        """
        with self._fenced() as connection:
            if gone:
                withheld.forget(connection, self.fetch, gone)
            fetches.seal(
                connection,
                self.fetch.fetch_id,
                rows=staging.count_and_analyse(connection, self.fetch.fetch_id),
                outside_window=self.outside,
                proof=listing.proof,
                source_clock=listing.source_clock,
            )
            fetches.add_warnings(connection, self.fetch.fetch_id, warnings)

    @contextmanager
    def _fenced(self) -> Iterator[Connection]:
        with self.warehouse.transaction() as connection:
            fetches.hold_fence(connection, self.fetch.fetch_id, self.attempt)
            yield connection


def read_withheld(
    client: RecruitClient, settings: ResolvedSync, fetch: Fetch, warehouse: Warehouse
) -> tuple[list[dict[str, Any]], list[str]]:
    """Records that an earlier fetch withheld and that the plan has room for now, and the ids of vanished ones (OUT-15).

    A read from the beginning finds them anyway, and a backfill reads its interval only.
    """
    if fetch.window.start is None or fetch.run_type == RunType.BACKFILL:
        return [], []
    with warehouse.transaction() as connection:
        wanted = withheld.next_ids(connection, fetch, settings.policies.contact_limit)
    found = {record_id: client.record(settings.module, record_id) for record_id in wanted}
    return [row for row in found.values() if row], [record_id for record_id, row in found.items() if not row]


def plan_reading(client: RecruitClient, settings: ResolvedSync) -> Reading:
    """Ask the account's metadata how to read. Raises ConfigError if it lacks module, view or e-mail field (SRC-10)."""
    change_field = client.change_field(settings.module)
    offered = {str(field["api_name"]) for field in client.fields(settings.module)}
    missing = tuple(line for line in settings.mapping if line.source not in offered)
    if any(line.target == "email" for line in missing):
        raise ConfigError(
            f"{settings.sync_id}: {settings.module} has no field {missing[0].source}, which the e-mail address is "
            f"mapped from. Nothing was read. Mend mapping.email in {settings.file}, or the field's permission in Zoho."
        )
    view = client.find_view(settings.module, settings.view) if settings.view else None
    sources = (line.source for line in settings.mapping)
    return Reading(
        fields=tuple(dict.fromkeys((*sources, change_field, *ALWAYS_READ))),
        change_field=change_field,
        view_id=str(view["id"]) if view else None,
        missing=missing,
    )


def email_rules(settings: ResolvedSync) -> EmailRules:
    """The organisation's rules for addresses, as the fetch's settings have them."""
    return load_rules(
        include_folder() / "reference",
        plus_addresses=settings.policies.plus_addresses,
        group_emails=settings.policies.group_emails,
        add=settings.role_addresses.add,
        remove=settings.role_addresses.remove,
    )


def within(frame: pd.DataFrame, window: Window, first_record_no: int) -> pd.DataFrame:
    """The rows whose change time lies in the window, numbered on.

    Rows without a readable change time stay, so that validate sees and refuses them.
    """
    changed = pd.to_datetime(frame["modified_at"], utc=True)
    inside = changed.isna() | (changed < window.end)
    if window.start is not None:
        inside &= changed.isna() | (changed >= window.start)
    kept = frame[inside]
    return kept.assign(record_no=range(first_record_no, first_record_no + len(kept)))


def _in_frames(pages: Iterator[list[dict[str, Any]]]) -> Iterator[list[dict[str, Any]]]:
    """Pages gathered to FRAME_ROWS rows: columns pay only when they are long."""
    gathered: list[dict[str, Any]] = []
    for rows in pages:
        gathered += rows
        if len(gathered) >= FRAME_ROWS:
            yield gathered
            gathered = []
    if gathered:
        yield gathered


def _warnings(reading: Reading, source_clock: datetime, now: datetime) -> list[str]:
    warnings = [
        f"The source has no field {line.source} any more: {line.target} keeps its former values."
        for line in reading.missing
    ]
    apart = abs(source_clock - now)
    if apart > CLOCK_TOLERANCE:
        warnings.append(
            f"The source's clock and ours are {round(apart.total_seconds() / 60)} minutes apart; the source's counts."
        )
    return warnings
