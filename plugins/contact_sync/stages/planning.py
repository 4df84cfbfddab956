"""What the next run of a sync would be: whether it works, its window and why, how it reads (OPS-2, RET-11, CRIT-5).

Asked by `contact-sync plan`, in a rehearsal: the very code that opens a fetch writes what it writes, and is taken back.
Whatever cannot be known is told as that, with why. Reads nothing but metadata; the rows are looked at by plan_rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date as Day
from datetime import datetime
from typing import Any, Literal

from pydantic import ValidationError
from sqlalchemy import Connection

from contact_sync.config.resolved import ResolvedSync
from contact_sync.core.mapping_types import FieldMapping
from contact_sync.core.run import RunInfo
from contact_sync.core.window import Window
from contact_sync.errors import ConfigError, NextDay, SyncSkipped
from contact_sync.stages import opening
from contact_sync.stages.limits import day_of
from contact_sync.stages.source import Reading, Source
from contact_sync.warehouse import fetches, limits, other_fetches, registry, staging, statements, watermarks
from contact_sync.warehouse.fetches import Fetch, HowRead
from contact_sync.warehouse.rehearsal import Rehearsal
from contact_sync.warehouse.watermarks import Mark

Why = Literal["first", "changed", "initiated", "everything", "one_time", "changes"]
"""Why a window begins where it does; `changed`: a first fetch again, for the source or the list is another (RET-11)."""

KEYS = {
    "account": "account",
    "list_name": "list",
    "module": "source.module",
    "scope": "source.scope",
    "view": "source.view",
    "criteria": "source.criteria",
    "report": "source.report",
    "retrieve_after": "retrieve",
}
"""What makes the next fetch a first fetch, as a sync file names it."""
NOT_A_SEARCH = "this run does not search: it reads {what}, of which the search does not know all"


@dataclass(frozen=True, slots=True)
class Change:
    """One key of the file that is not what it was at the last successful fetch; values as JSON."""

    key: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Places:
    """Slots of active syncs and places of today (LIM-2); None allowed: any number. has_one: whether this sync has one
    of today's.
    """

    day: Day
    used: int
    allowed: int | None
    has_one: bool
    slots_used: int
    slots_allowed: int | None


@dataclass(frozen=True, slots=True)
class Outlook:
    """The run that would begin now.

    stands: active, why it is inactive, or new. stop: why it would do nothing. window: None where none is known.
    changes: for a window that is `changed`. reached: up to where it has read. under_way: another fetch of the sync at
    work. fetch: as it would be opened, though it is not. former: lines that the source's fields told last. before:
    records of the last such read.
    """

    stands: str
    stop: SyncSkipped | ConfigError | NextDay | None
    window: Window | None
    why: Why
    changes: tuple[Change, ...]
    reached: datetime | None
    under_way: int | None
    places: Places
    fetch: Fetch
    former: tuple[FieldMapping, ...]
    before: int | None


@dataclass(frozen=True, slots=True)
class Approach:
    """How the source would be read. read_by: listing, search, report or bulk. unsent: conditions, each with why."""

    read_by: str
    sent: tuple[int, ...] = ()
    unsent: Mapping[int, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def look_ahead(
    rehearsal: Rehearsal, run: RunInfo, sync: ResolvedSync, credentials: str | None, now: datetime
) -> Outlook:
    """What `open_fetch` would decide of this run. Leaves nothing in the rehearsal, no lock either."""
    with rehearsal.undone() as connection:
        known = registry.state(connection, sync.sync_id)
        mark = watermarks.standing(connection, known.sync_no) if known else None
        opening.close_left_behind(connection, run)
        under_way = other_fetches.another_running(connection, run, now - opening.FORGOTTEN)
        places = _places(connection, sync, known.sync_no if known else None, now)
    with rehearsal.undone() as connection:
        stop = opening.foresee(connection, run, sync, credentials, now)
    with rehearsal.undone() as connection:
        looking = replace(run, conf={"preview": True})  # takes no place, so that it is opened whatever the limits
        opening.foresee(connection, looking, sync, credentials, now)
        fetch = fetches.require(connection, looking)
        former = other_fetches.told_before(connection, fetch)
        reads = other_fetches.recent_reads(connection, fetch)
    # A run by hand without a choice always moves the watermark; where no window could be resolved, one that does not
    # stands in for it.
    window = fetch.window if fetch.window.moves_watermark else None
    why, changes = _why(window, mark, sync)
    return Outlook(
        stands="new" if known is None else known.inactive_reason or known.state,
        stop=stop,
        window=window,
        why=why,
        changes=changes,
        reached=mark.value if mark and why != "changed" else None,
        under_way=under_way,
        places=places,
        fetch=fetch,
        former=former,
        before=reads[0] if reads else None,
    )


def approach(source: Source, outlook: Outlook, window: Window) -> Approach:
    """How this window would be read first; costs a call where the amount has to be asked for.

    Where that way meets a ceiling of the service, the run takes another.
    """
    way = next(iter(source.ways(Reading(window.start, window.end, outlook.before))))
    sent = source.conditions_sent if way.asked else ()
    what = "what changed since a moment" if window.start else f"everything by {way.read_by}"
    left = {} if way.asked else dict.fromkeys(source.conditions_sent, NOT_A_SEARCH.format(what=what))
    unsent = dict(sorted({**source.conditions_unsent, **left}.items()))
    return Approach(way.read_by, sent, unsent, source.facts.warnings)


def new_fields(
    rehearsal: Rehearsal, run: RunInfo, sync: ResolvedSync, told: Sequence[FieldMapping], now: datetime
) -> tuple[tuple[str, ...], int]:
    """Contact fields that are new in the mapping since the sync's last fetch into this list, and how many people of the
    list lack one (MAP-4): for those whom the run reads it fills them. told: lines that the source's fields tell.
    """
    with rehearsal.undone() as connection:
        looking = replace(run, conf={"preview": True})
        opening.foresee(connection, looking, sync, None, now)
        fetch_id = fetches.require(connection, looking).fetch_id
        staging.create(connection, fetch_id)  # as if it had read nothing
        fetches.seal(connection, fetch_id, rows=0, outside_window=0, proof="plan", source_clock=now)
        fetches.note_read(connection, fetch_id, HowRead("listing", (), 0, 0, 0, tuple(told)))
        fetch = fetches.require(connection, looking)
        staging.bind(connection, fetch)
        staging.classify(connection, fetch)
        found = statements.run(connection, "fetch/unfilled").one_or_none()
    return ((), 0) if found is None else (tuple(found.fields), int(found.contacts))


def changes_since(settings: Mapping[str, Any], sync: ResolvedSync) -> tuple[Change, ...]:
    """What of list, source and `after` is not as in earlier settings of the sync (RET-11)."""
    try:
        before = ResolvedSync.model_validate(settings).source_settings()
    except ValidationError:  # of a version of this package whose settings had another shape
        before = dict(settings)
    after = sync.source_settings()
    found = (Change(name, before.get(key), after[key]) for key, name in KEYS.items())
    return tuple(change for change in found if change.before != change.after)


def _why(window: Window | None, mark: Mark | None, sync: ResolvedSync) -> tuple[Why, tuple[Change, ...]]:
    if mark is None:
        return "first", ()
    if mark.source_fingerprint != sync.source_fingerprint():
        return "changed", changes_since(mark.settings, sync)
    if window is not None and window.first:
        return "initiated", ()
    if sync.schedule.frequency == "once":
        return "one_time", ()
    return ("everything" if sync.each_fetch == "all" else "changes"), ()


def _places(connection: Connection, sync: ResolvedSync, sync_no: int | None, now: datetime) -> Places:
    day = day_of(sync, now)
    takers = limits.takers_of_day(connection, day)
    return Places(
        day=day,
        used=len(takers),
        allowed=sync.policies.syncs_per_day,
        has_one=sync_no in {taker.sync_no for taker in takers},
        slots_used=len(limits.holders(connection, now)),
        slots_allowed=sync.policies.active_syncs,
    )
