"""import of events: files of campaigns, sends and responses become true, all of them or nothing (CAMP-1).

Not a stage of a fetch. Files are read in chunks and staged without any lock, then written under the organisation's row
in the same transaction. Repeating an import changes nothing. A trial run does everything and takes it back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contact_sync.core.events import Kind, Progress, check
from contact_sync.errors import FetchUnbalanced
from contact_sync.stages.event_files import EventFile, read
from contact_sync.warehouse import events
from contact_sync.warehouse.database import Warehouse
from contact_sync.warehouse.events import Written

KINDS = ("campaign", "send", "response", "unknown")


@dataclass(frozen=True)
class Imported:
    """What an import did. applied False: it was a trial run, and nothing was written."""

    written: Written
    applied: bool

    def counts(self) -> dict[str, Any]:
        """Numbers only, for logs and other programs: by kind, and in all."""
        done = self.written
        kinds = {
            kind: {
                "read": done.read[kind],
                "new": done.new[kind],
                "known": done.known[kind],
                "set_aside": {reason: rows for (of, reason), rows in sorted(done.set_aside.items()) if of == kind},
            }
            for kind in KINDS
            if done.read[kind]
        }
        return {
            "applied": self.applied,
            "read": done.read.total(),
            "new": done.new.total(),
            "known": done.known.total(),
            "set_aside": done.set_aside.total(),
            "kinds": kinds,
            "settled": done.settled,
            "suppressed": done.effects["suppress"],
            "unsubscribed": done.effects["unsubscribe"],
            "addresses_with_bounces": done.effects["bounce"],
            "new_lists": done.effects["lists"],
        }


def import_events(
    warehouse: Warehouse,
    files: Sequence[EventFile],
    *,
    kind: Kind | None,
    unsubscribe_scope: str,
    now: datetime,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> Imported:
    """Import files in one transaction. kind: of every row, None: as each file tells.

    unsubscribe_scope: the policy (ADV-3). Raises ConfigError for a file that cannot be taken as it is, or without
    CONTACT_SYNC_KEY once anybody was erased; Unavailable. Then nothing is written.
    """
    secret = events.erased_secret(warehouse)
    with warehouse.named("contact-sync events").transaction() as connection:
        trial = connection.begin_nested()
        events.stage(connection)
        staged = 0
        for place, file in enumerate(files):
            rows = 0
            for chunk in read(file, kind):
                events.copy(connection, check(chunk, now), file.name, place * _ROOM + rows, secret)
                rows += len(chunk.lines)
                if progress:
                    progress(file.name, rows)
            staged += rows
        written = events.write(connection, unsubscribe_scope, secret)
        _must_balance(written, staged)
        if dry_run:
            trial.rollback()
    return Imported(written, not dry_run)


_ROOM = 10**12
"""Numbers of rows that each file has for itself, so that later files count as later."""


def _must_balance(written: Written, staged: int) -> None:
    """read = new + known + set_aside for every kind, and nothing is lost on the way."""
    wrong = [kind for kind, known in written.known.items() if known < 0]
    if wrong or written.read.total() != staged:
        raise FetchUnbalanced(
            f"the import does not balance: {staged} rows read, {dict(written.read)} staged, {dict(written.new)} new. "
            "Nothing was written. This is a defect: please report it with this line."
        )
