"""What a changed file would do to the records of the last fetch, by its staged rows while they are kept (OPS-2).

Classification decides them twice in a rehearsal, as things stand now: under the settings of that fetch, and under those
of today. What was done to a record before classification is not done again: another mapping, other criteria or another
view need the source, and that is told instead of guessed. A batch that the checks of today would refuse is told, too.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, text

from contact_sync.config.resolved import ResolvedSync
from contact_sync.core.choice import ManualChoice
from contact_sync.core.run import RunInfo, RunType
from contact_sync.errors import BatchRefused, ConfigError
from contact_sync.stages.states import registration
from contact_sync.stages.validate import checked
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
CHECKED = ("max_invalid_share", "suite")
"""Settings by which a whole batch is refused."""
PLACE = ("file", "sync_id")
"""Where the file lies, which bears on nothing."""
NAMES = {
    "list_name": "list",
    "max_invalid_share": "validation.max_invalid_share",
    "suite": "validation.suite",
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
class Moved:
    """One such record, by its id at the source; None if that is known no longer."""

    record_id: str | None
    was: Verdict
    becomes: Verdict


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting that is not what it was, such as `options.deleted` or `mapping.city`; values as JSON."""

    key: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Comparison:
    """fetch_id: whose records they are. changed: keys that bear on records. turns: the most records first.

    settings: all that changed, whether it bears on records or not. rows: some records, of every turn first. leaving:
    people whom options would take out, by reason: before and after. refused: why the whole batch would be refused.
    unknown: keys whose effect needs the source. lost: why nothing could be compared, None if it was.
    """

    fetch_id: int
    changed: tuple[str, ...]
    settings: tuple[Setting, ...] = ()
    records: int = 0
    turns: tuple[Turn, ...] = ()
    rows: tuple[Moved, ...] = ()
    leaving: tuple[tuple[str, int, int], ...] = ()
    refused: str | None = None
    unknown: tuple[str, ...] = ()
    lost: str | None = None


def compare(rehearsal: Rehearsal, sync: ResolvedSync, now: datetime, rows: int = 0) -> Comparison | None:
    """What today's settings would make of the last loaded fetch; None without one, or if nothing changed.

    rows: how many records to tell one by one.
    """
    with rehearsal.undone() as connection:
        last = _last_loaded(connection, sync.sync_id)
        kept = last is not None and staging.is_kept(connection, last.fetch_id)
    if last is None:
        return None
    before = _readable(last)
    # as this version of the package has them: a key that it learnt later is no change of the file
    held = last.settings if before is None else before.model_dump(mode="json")
    now_held = sync.model_dump(mode="json")
    settings, changed = tuple(_settings(held, now_held)), tuple(_changed(held, now_held))
    if not settings:
        return None
    found = Comparison(last.fetch_id, tuple(dict.fromkeys(NAMES.get(key, key) for key in changed)), settings)
    if before is None:
        return replace(found, lost="its settings are of another version of this package")
    if any(_is_of(key, SOURCE) for key in changed):
        return replace(found, lost="it is another source now, whose records were never read")
    if not changed:
        return found
    if not kept:
        return replace(found, lost="its staged rows are gone (retention.staging_days)")
    return _compared(rehearsal, found, last, before, sync, now, rows, changed)


def _compared(
    rehearsal: Rehearsal,
    found: Comparison,
    last: Fetch,
    before: ResolvedSync,
    after: ResolvedSync,
    now: datetime,
    rows: int,
    changed: tuple[str, ...],
) -> Comparison:
    was = _judged(rehearsal, last, before, now, check=False)
    becomes = _judged(rehearsal, last, after, now, check=any(key in CHECKED for key in changed))
    moved = [
        Moved(was.records[record], verdict, becomes.verdicts[record])
        for record, verdict in was.verdicts.items()
        if verdict != becomes.verdicts[record]
    ]
    turns = Counter((each.was, each.becomes) for each in moved)
    left, leaves = was.leaving, becomes.leaving
    return replace(
        found,
        records=len(was.verdicts),
        turns=tuple(Turn(*pair, records) for pair, records in turns.most_common()),
        rows=tuple(_of_every_turn_first(moved)[:rows]),
        leaving=tuple((why, left[why], leaves[why]) for why in sorted({*left, *leaves}) if left[why] != leaves[why]),
        refused=becomes.refused,
        unknown=tuple(dict.fromkeys(NAMES.get(key, key) for key in changed if _is_of(key, READ))),
    )


def _of_every_turn_first(moved: list[Moved]) -> list[Moved]:
    """One record of every turn, then a second of each, and so on."""
    seen: dict[tuple[Verdict, Verdict], int] = defaultdict(int)
    numbered = []
    for each in moved:
        seen[each.was, each.becomes] += 1
        numbered.append((seen[each.was, each.becomes], each))
    return [each for _, each in sorted(numbered, key=lambda pair: pair[0])]


def _readable(last: Fetch) -> ResolvedSync | None:
    """The settings of that fetch; None if another version of this package wrote them in another shape."""
    try:
        return ResolvedSync.model_validate(last.settings)
    except ValidationError:
        return None


def _last_loaded(connection: Connection, sync_id: str) -> Fetch | None:
    row = connection.execute(_LAST, {"sync_id": sync_id}).one_or_none()
    return None if row is None else fetches.latest(connection, row.dag_id, row.run_id)


def _settings(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Setting]:
    """Every setting that changed, those of a group one by one."""
    for key in sorted({*before, *after} - {*PLACE}):
        was, becomes = _by_name(key, before.get(key)), _by_name(key, after.get(key))
        if isinstance(was, Mapping) and isinstance(becomes, Mapping) and key != "criteria":
            for name in sorted({*was, *becomes}):
                if was.get(name) != becomes.get(name):
                    yield Setting(f"{key}.{name}", was.get(name), becomes.get(name))
        elif was != becomes:
            yield Setting(NAMES.get(key, key), was, becomes)


def _by_name(key: str, value: Any) -> Any:
    """The mapping by its contact fields; anything else as it is."""
    if key != "mapping" or not isinstance(value, list):
        return value
    return {line["target"]: {name: each for name, each in line.items() if name != "target" and each} for line in value}


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """Keys that bear on records and are not what they were, such as `options.deleted`."""
    for key in sorted({*before, *after}):
        was, becomes = before.get(key), after.get(key)
        if was == becomes:
            continue
        if key in ("options", "policies") and isinstance(was, Mapping) and isinstance(becomes, Mapping):
            inner = (f"{key}.{each}" for each in sorted({*was, *becomes}) if was.get(each) != becomes.get(each))
            yield from (each for each in inner if _is_of(each, CLASSIFIED + READ))
        elif _is_of(key, CLASSIFIED + READ + SOURCE + CHECKED):
            yield key


def _is_of(key: str, names: tuple[str, ...]) -> bool:
    return key in names or key.partition(".")[0] in names


@dataclass(frozen=True, slots=True)
class _Judged:
    """By number of the record: its verdict, and its id. leaving: people by reason. refused: why the batch is, if so."""

    verdicts: dict[int, Verdict]
    records: dict[int, str | None]
    leaving: Counter[str]
    refused: str | None


def _judged(rehearsal: Rehearsal, last: Fetch, settings: ResolvedSync, now: datetime, *, check: bool) -> _Judged:
    """What becomes of each staged record under these settings. check: whether the suite looks at the batch as well."""
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
        refused = _refusal(rehearsal, fetch, settings) if check else None
        staging.bind(connection, fetch)
        staging.classify(connection, fetch)
        staging.decide_removals(connection, fetch)
        found = list(connection.execute(_VERDICTS))
        leaving = Counter[str]()
        for row in statements.run(connection, "plan/leaving"):
            leaving[row.reason] += int(row.people)
    verdicts = {int(row.record_no): (str(row.outcome), str(row.reason), bool(row.joins)) for row in found}
    return _Judged(verdicts, {int(row.record_no): row.record_id for row in found}, leaving, refused)


def _refusal(rehearsal: Rehearsal, fetch: Fetch, settings: ResolvedSync) -> str | None:
    """Why the checks of these settings refuse the batch; None if they do not."""
    try:
        with rehearsal.undone():
            checked(rehearsal, fetch, settings, rehearsal.engine_options())
    except (BatchRefused, ConfigError) as refusal:
        return str(refusal)
    return None


_LAST = text(
    "SELECT dag_id, run_id FROM sync.fetch JOIN sync.sync USING (sync_no) WHERE sync_id = :sync_id "
    "AND loaded_at IS NOT NULL ORDER BY loaded_at DESC LIMIT 1"
)
_VERDICTS = text(
    "SELECT record_no, record_id, outcome, concat_ws(': ', reason, sub_code) AS reason, joins FROM outcome "
    "ORDER BY record_no"
)
