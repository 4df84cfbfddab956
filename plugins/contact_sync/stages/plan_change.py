"""What a changed file would do to the records of the last fetch, by its staged rows while they are kept (OPS-2).

Classification decides them twice in a rehearsal, as things stand now: under the settings of that fetch, and under those
of today. What was done to a record before classification is not done again: another mapping, other criteria or another
view need the source, and that is told instead of guessed.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, text

from contact_sync.config.resolved import ResolvedSync
from contact_sync.core.choice import ManualChoice
from contact_sync.core.run import RunInfo, RunType
from contact_sync.stages.states import registration
from contact_sync.warehouse import fetches, registry, staging, statements
from contact_sync.warehouse.fetches import Fetch
from contact_sync.warehouse.rehearsal import Rehearsal

CLASSIFIED = (
    "list_name", "unapproved", "options", "policies.shared_contacts", "policies.unsubscribe_scope",
    "policies.soft_bounces", "policies.contact_limit", "source_priority",
)  # fmt: skip
"""Settings that classification goes by."""
SOURCE = ("account", "kind", "module", "report")
"""Settings that make it another source, whose records nobody has staged."""
READ = (
    "scope", "view", "criteria", "retrieve_after", "mapping", "email_by_metadata", "name_by_metadata",
    "role_addresses", "policies.plus_addresses", "policies.group_emails",
)  # fmt: skip
"""Settings by which records are read and cleaned, before they are staged."""
NAMES = {
    "list_name": "list",
    "retrieve_after": "retrieve",
    "email_by_metadata": "mapping",
    "name_by_metadata": "mapping",
}

Verdict = tuple[str, str, bool]
"""Outcome, reason with its sub-code, and whether the person joins the list."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Records whose verdict becomes another."""

    was: Verdict
    becomes: Verdict
    records: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """fetch_id: whose records they are. changed: keys that bear on records. turns: the most records first.

    leaving: people whom options would take out, by reason: before and after. unknown: keys whose effect needs the
    source. lost: why nothing could be compared, None if it was.
    """

    fetch_id: int
    changed: tuple[str, ...]
    records: int = 0
    turns: tuple[Turn, ...] = ()
    leaving: tuple[tuple[str, int, int], ...] = ()
    unknown: tuple[str, ...] = ()
    lost: str | None = None


def compare(rehearsal: Rehearsal, sync: ResolvedSync, now: datetime) -> Comparison | None:
    """What today's settings would make of the last loaded fetch; None without one, or if nothing of them changed."""
    with rehearsal.undone() as connection:
        last = _last_loaded(connection, sync.sync_id)
        kept = last is not None and staging.is_kept(connection, last.fetch_id)
    if last is None:
        return None
    changed = tuple(_changed(last.settings, sync.model_dump(mode="json")))
    named = tuple(dict.fromkeys(NAMES.get(key, key) for key in changed))
    unknown = tuple(dict.fromkeys(NAMES.get(key, key) for key in changed if _is_of(key, READ)))
    if not changed:
        return None
    try:
        before = ResolvedSync.model_validate(last.settings)
    except ValidationError:
        return Comparison(last.fetch_id, named, lost="its settings are of another version of this package")
    if any(_is_of(key, SOURCE) for key in changed):
        return Comparison(last.fetch_id, named, lost="it is another source now, whose records were never read")
    if not kept:
        return Comparison(last.fetch_id, named, lost="its staged rows are gone (retention.staging_days)")
    was, left = _judged(rehearsal, last, before, now)
    becomes, leaves = _judged(rehearsal, last, sync, now)
    turns = Counter((was[record], becomes[record]) for record in was if was[record] != becomes[record])
    return Comparison(
        fetch_id=last.fetch_id,
        changed=named,
        records=len(was),
        turns=tuple(Turn(*pair, records) for pair, records in turns.most_common()),
        leaving=tuple((why, left[why], leaves[why]) for why in sorted({*left, *leaves}) if left[why] != leaves[why]),
        unknown=unknown,
    )


def _last_loaded(connection: Connection, sync_id: str) -> Fetch | None:
    row = connection.execute(_LAST, {"sync_id": sync_id}).one_or_none()
    return None if row is None else fetches.latest(connection, row.dag_id, row.run_id)


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """Keys that bear on records and are not what they were, such as `options.deleted`."""
    for key in sorted({*before, *after}):
        was, becomes = before.get(key), after.get(key)
        if was == becomes:
            continue
        if key in ("options", "policies") and isinstance(was, Mapping) and isinstance(becomes, Mapping):
            inner = (f"{key}.{each}" for each in sorted({*was, *becomes}) if was.get(each) != becomes.get(each))
            yield from (each for each in inner if _is_of(each, CLASSIFIED + READ))
        elif _is_of(key, CLASSIFIED + READ + SOURCE):
            yield key


def _is_of(key: str, names: tuple[str, ...]) -> bool:
    return key in names or key.partition(".")[0] in names


def _judged(
    rehearsal: Rehearsal, last: Fetch, settings: ResolvedSync, now: datetime
) -> tuple[dict[int, Verdict], Counter[str]]:
    """The verdict of each staged record under these settings, and how many people would leave for each reason."""
    run = RunInfo(last.dag_id, f"plan of fetch {last.fetch_id}", RunType.MANUAL, now, now)
    with rehearsal.undone() as connection:
        registered = registry.register(connection, registration(settings), now)
        fetch_id = fetches.open_round(connection, run, registered, last.window, ManualChoice(), now, restart=False)
        staging.copy_of(connection, fetch_id, last.fetch_id, sightings=last.sighted_rows is not None)
        fetches.seal(
            connection,
            fetch_id,
            rows=last.staged_rows or 0,
            outside_window=0,
            proof="plan",
            source_clock=now,
            sighted_rows=last.sighted_rows,
        )
        fetch = fetches.require(connection, run)
        staging.bind(connection, fetch)
        staging.classify(connection, fetch)
        staging.decide_removals(connection, fetch)
        found = {
            int(row.record_no): (str(row.outcome), str(row.reason), bool(row.joins))
            for row in connection.execute(_VERDICTS)
        }
        leaving = Counter[str]()
        for row in statements.run(connection, "plan/leaving"):
            leaving[row.reason] += int(row.people)
    return found, leaving


_LAST = text(
    "SELECT dag_id, run_id FROM sync.fetch JOIN sync.sync USING (sync_no) WHERE sync_id = :sync_id "
    "AND loaded_at IS NOT NULL ORDER BY loaded_at DESC LIMIT 1"
)
_VERDICTS = text("SELECT record_no, outcome, concat_ws(': ', reason, sub_code) AS reason, joins FROM outcome")
