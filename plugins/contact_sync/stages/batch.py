"""The staging table of a fetch while extract fills it, and its seal.

Every step is a transaction under the fence of the attempt: a process that was overtaken writes nothing more. Records
whose change time lies outside the window are counted, not kept.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import Connection

from contact_sync.core.record_hash import hash_records
from contact_sync.core.window import Window
from contact_sync.warehouse import fetches, staging, withheld
from contact_sync.warehouse.database import Warehouse
from contact_sync.warehouse.fetches import Fetch, HowRead
from contact_sync.warehouse.secrets import hash_key

FRAME_ROWS = 4_000


@dataclass(frozen=True, slots=True)
class Seen:
    """What a fetch saw beside its batch. rows: None if it did not look. left_for_later: a scan was not done."""

    rows: int | None = None
    left_for_later: bool = False
    warnings: tuple[str, ...] = ()


@dataclass(slots=True)
class Batch:
    """staged: rows so far. outside: rows whose change time lies outside the window. tell: is told of both together."""

    warehouse: Warehouse
    fetch: Fetch
    attempt: int
    staged: int = 0
    outside: int = 0
    tell: Callable[[int], None] = lambda rows: None

    def create(self) -> None:
        """An empty table; what an earlier attempt, or another way of reading, staged is dropped."""
        with self.fenced() as connection:
            staging.create(connection, self.fetch.fetch_id)
        self.staged = self.outside = 0

    def resume(self, connection: Connection, rows: int) -> bool:
        """Go on after the first so many rows of an earlier attempt; False if they are not there any more."""
        if staging.keep_first(connection, self.fetch.fetch_id, rows) != rows:
            return False
        self.staged = rows
        return True

    def ids(self) -> set[str]:
        """The ids of all records staged so far."""
        with self.fenced() as connection:
            return staging.first_ids(connection, self.fetch.fetch_id)

    def add(self, frame: pd.DataFrame) -> None:
        """Copy the rows that lie in the window, and count the others."""
        inside = within(frame, self.fetch.window, self.staged + 1)
        self._copy(inside)
        self.outside += len(frame) - len(inside)
        self.tell(self.staged + self.outside)

    def add_by_id(self, frame: pd.DataFrame) -> None:
        """Copy rows that were asked for whatever their change time."""
        self._copy(frame.assign(by_id=True))

    def see(self, columns: Mapping[str, Sequence[Any]]) -> None:
        """Copy rows of staging.sighting_template: records seen beside the batch."""
        with self.fenced() as connection:
            staging.copy_sightings(connection, self.fetch.fetch_id, columns)

    def seal(
        self, proof: str, source_clock: datetime, how: HowRead, warnings: list[str], gone: list[str], seen: Seen
    ) -> None:
        """Close the batch with what proves that it is whole; later stages compare with it.

        gone: withheld records that the source no longer has; they are waited for no longer.
        """
        with self.fenced() as connection:
            if gone and not self.fetch.preview:
                withheld.forget(connection, self.fetch, gone)
            fetches.seal(
                connection,
                self.fetch.fetch_id,
                rows=staging.count_and_analyse(connection, self.fetch.fetch_id),
                outside_window=self.outside,
                proof=proof,
                source_clock=source_clock,
                sighted_rows=seen.rows,
                left_for_later=seen.left_for_later,
            )
            fetches.note_read(connection, self.fetch.fetch_id, how)
            fetches.add_warnings(connection, self.fetch.fetch_id, warnings)

    def _copy(self, frame: pd.DataFrame) -> None:
        columns = {name: frame[name].tolist() for name in frame.columns}
        columns["record_hash"] = self._record_hashes(columns["record_id"])
        with self.fenced() as connection:
            staging.copy(connection, self.fetch.fetch_id, columns)
        self.staged += len(frame)

    def _record_hashes(self, record_ids: Sequence[str | None]) -> list[bytes | None]:
        """By which the records of erased people are known again (OPS-6): classification has no key to make them."""
        settings = self.fetch.settings
        return hash_records(settings["account"], settings["module"], record_ids, hash_key(self.warehouse))

    @contextmanager
    def fenced(self) -> Iterator[Connection]:
        """A transaction of this attempt. Raises Superseded if a newer one has taken the fetch over."""
        with self.warehouse.transaction() as connection:
            fetches.hold_fence(connection, self.fetch.fetch_id, self.attempt)
            yield connection


def in_frames(pages: Iterable[list[dict[str, Any]]]) -> Iterator[list[dict[str, Any]]]:
    """Pages gathered to FRAME_ROWS rows: columns pay only when they are long."""
    gathered: list[dict[str, Any]] = []
    for rows in pages:
        gathered += rows
        if len(gathered) >= FRAME_ROWS:
            yield gathered
            gathered = []
    if gathered:
        yield gathered


def within(frame: pd.DataFrame, window: Window, first_record_no: int) -> pd.DataFrame:
    """The rows whose change time lies in the window, numbered on: `first_record_no` is the number of the first of all.

    Rows without a readable change time stay, so that validate sees and refuses them.
    """
    changed = pd.to_datetime(frame["modified_at"], utc=True, format="ISO8601")
    inside = changed.isna() | (changed < window.end)
    if window.start is not None:
        inside &= changed.isna() | (changed >= window.start)
    if inside.all():
        return frame
    kept = frame[inside]
    return kept.assign(record_no=range(first_record_no, first_record_no + len(kept)))
