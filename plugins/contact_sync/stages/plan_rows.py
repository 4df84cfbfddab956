"""What the next run of a sync would make of its records: a whole run, rehearsed (OPS-2).

Extract, validate, classify and load as in a run, on the source as it is now, and all of it taken back. While the
source is read nothing is held that a run needs: the fetch is opened under a name that nobody else uses, and gets the
sync's own only for its load, which takes seconds and the organisation's lock, as every load does. Pushes are judged,
not sent.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil
from uuid import uuid4

from sqlalchemy import Connection, text

from contact_sync.config.resolved import ResolvedSwitch, ResolvedSync
from contact_sync.core.choice import ManualChoice
from contact_sync.core.run import RunInfo, RunType
from contact_sync.errors import ReadPending
from contact_sync.stages import load
from contact_sync.stages.batch import Batch
from contact_sync.stages.common import settings_of
from contact_sync.stages.extract import Reader
from contact_sync.stages.planning import Outlook
from contact_sync.stages.push import clicked_first, wanted
from contact_sync.stages.push_records import sort_out
from contact_sync.stages.push_switch import register
from contact_sync.stages.removing import Removed
from contact_sync.stages.source import Source
from contact_sync.stages.states import registration
from contact_sync.stages.tracking import ClientFactory, Scanner, Tracker
from contact_sync.stages.validate import checked
from contact_sync.warehouse import fetches, organisation, pushes, registry, statements
from contact_sync.warehouse.fetches import Fetch
from contact_sync.warehouse.rehearsal import Rehearsal
from contact_sync.zoho.catalogue import COSTS
from contact_sync.zoho.matching import MOST_IN
from contact_sync.zoho.recruit import MOST_CONDITIONS, MOST_RECORDS_A_WRITE

Pause = Callable[[ReadPending], None]
"""Waits until the source may be ready."""
OpenIn = Callable[[Batch], Source]
"""Makes the source ready once more, with a batch that keeps the jobs of what it reads by bulk beside it (SRC-12)."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Records of one outcome and reason."""

    outcome: str
    reason: str
    sub_code: str
    records: int


@dataclass(frozen=True, slots=True)
class Row:
    """One record. contact_id: None for somebody new. fields: whose values would change. leaves: why the person would
    leave. address: as the source has it.
    """

    record_id: str | None
    outcome: str
    reason: str | None
    sub_code: str | None
    contact_id: int | None
    joins: bool
    fields: tuple[str, ...]
    leaves: str | None
    address: str | None


@dataclass(frozen=True, slots=True)
class Leaving:
    """People who would leave for one reason. reach: list or organisation."""

    reason: str
    reach: str
    people: int


@dataclass(frozen=True, slots=True)
class Pushing:
    """One push switch. to_push: people who would be sent to Recruit; whether it takes them only its answer says.

    not_pushed: people by why they are not sent. credits: of the calls that this takes.
    """

    module: str
    event: str
    enabled: bool
    to_push: int = 0
    not_pushed: tuple[tuple[str, int], ...] = ()
    credits: int = 0


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What a run would do. status: how its import would end. updates: people by contact field that would change."""

    status: str
    read_by: str
    outside_window: int
    counts: dict[str, int]
    reasons: tuple[Reason, ...]
    updates: tuple[tuple[str, int], ...]
    removed: Removed
    leaving: tuple[Leaving, ...]
    pushes: tuple[Pushing, ...] | None
    warnings: tuple[str, ...]
    rows: tuple[Row, ...]


def rehearse_run(
    rehearsal: Rehearsal,
    run: RunInfo,
    sync: ResolvedSync,
    outlook: Outlook,
    source: Source,
    open_in: OpenIn,
    make_scan_client: ClientFactory,
    now: datetime,
    *,
    pause: Pause,
    rows: int,
) -> Rehearsed:
    """Do the run and tell what became of its records; at most so many rows, of every kind first.

    open_in: asked only for a source that has related records.
    Raises what would end the run: BatchRefused, FetchUnbalanced, or what its source raises.
    """
    fetch = _open(rehearsal, sync, outlook, now)
    if source.has_related:
        source = open_in(Batch(rehearsal, fetch, fetch.attempt))
    fetch = _read(rehearsal, fetch, source, make_scan_client, now, pause)
    with rehearsal.undone() as connection:
        connection.execute(_READ_ONLY)
        report = checked(rehearsal, fetch, settings_of(fetch), rehearsal.engine_options())
    with rehearsal.undone() as connection:
        organisation.lock(connection)  # first, as every load does: one would wait for the sync's row, and we for it
        fetches.add_warnings(connection, fetch.fetch_id, report.warning_texts())
        fetches.hand_over(connection, fetch.fetch_id, registry.register(connection, registration(sync), now), run)
        registry.delete(connection, fetch.dag_id, "plan")  # the name lent to it, or it would supply fields (MAP-8)
        fetch = fetches.require(connection, run)
        return _loaded(rehearsal, connection, fetch, rows, now)


def _open(rehearsal: Rehearsal, sync: ResolvedSync, outlook: Outlook, now: datetime) -> Fetch:
    """A fetch of the outlook's window under another name: its row locks nothing that runs of the sync ask for.

    The numbers of sync, source and list in it are the true ones all the same, for what is asked while it reads.
    """
    name = f"plan {uuid4()}"
    stand_in = replace(registration(sync), sync_id=name, account=name, list_name=name, slots=0)
    run = RunInfo(name, name, RunType.MANUAL, now, now)
    with rehearsal.transaction() as connection:
        registered = registry.register(connection, stand_in, now, by="plan")
        fetches.open_round(connection, run, registered, outlook.fetch.window, ManualChoice(), now, restart=False)
        opened = fetches.require(connection, run)
        fetches.begin_stage(connection, opened, "extract")
    return _with_numbers_of(outlook.fetch, fetches.require(rehearsal.connection, run))


def _with_numbers_of(true: Fetch, opened: Fetch) -> Fetch:
    return replace(
        opened,
        sync_id=true.sync_id,
        sync_no=true.sync_no,
        source_no=true.source_no,
        list_id=true.list_id,
        list_name=true.list_name,
    )


def _read(
    rehearsal: Rehearsal, fetch: Fetch, source: Source, make_scan_client: ClientFactory, now: datetime, pause: Pause
) -> Fetch:
    """Stage and seal; the fetch as it is then."""
    settings = settings_of(fetch)
    while True:
        batch = Batch(rehearsal, fetch, fetch.attempt)
        scanner = Scanner(make_scan_client, fetch, settings)
        try:
            Reader(batch, source, settings, Tracker(batch, source, settings, scanner)).read(now)
        except ReadPending as pending:
            pause(pending)
        else:
            break
    sealed = fetches.latest(rehearsal.connection, fetch.dag_id, fetch.run_id)
    return _with_numbers_of(fetch, sealed or fetch)


def _loaded(rehearsal: Rehearsal, connection: Connection, fetch: Fetch, rows: int, now: datetime) -> Rehearsed:
    """What load does, up to the watermark, and what it then looks like."""
    settings = settings_of(fetch)
    suppressed = load.decide_again_if_changed(connection, fetch, organisation.lock(connection))
    counts = load.balanced(fetch, dict(statements.run(connection, "fetch/counts").mappings().one()))
    left, removed = load.apply(connection, fetch, settings, suppressed)
    warnings = load.tell_unfilled(connection, fetch)
    later = connection.execute(_LATER, {"fetch_id": fetch.fetch_id}).one()
    reasons = statements.run(connection, "plan/reasons", fetch_id=fetch.fetch_id)
    statements.run(connection, "plan/changing_table", fetch_id=fetch.fetch_id)
    updates = statements.run(connection, "plan/updates")
    sample = statements.run(connection, "plan/sample", most=rows)
    return Rehearsed(
        status=load.status_of(left + removed.pending + later.left_for_later, warnings),
        read_by=later.read_by,
        outside_window=later.outside_window,
        counts=counts | load.of_removals(removed),
        reasons=tuple(Reason(**row) for row in reasons.mappings()),
        updates=tuple((row.field, int(row.people)) for row in updates),
        removed=removed,
        leaving=tuple(Leaving(**row) for row in statements.run(connection, "plan/leaving").mappings()),
        pushes=_pushes(rehearsal, fetch, settings, now) if wanted(fetch, settings) else None,
        warnings=warnings,
        rows=tuple(Row(**{**row, "fields": tuple(row["fields"])}) for row in sample.mappings()),
    )


def _pushes(rehearsal: Rehearsal, fetch: Fetch, settings: ResolvedSync, now: datetime) -> tuple[Pushing, ...]:
    return tuple(_push(rehearsal, each, fetch, settings, now) for each in clicked_first(settings.push_switches))


def _push(rehearsal: Rehearsal, asked: ResolvedSwitch, fetch: Fetch, settings: ResolvedSync, now: datetime) -> Pushing:
    """Whom one switch would send, judged as the push does after this load (PUSH-1 to PUSH-4)."""
    look_back = timedelta(days=settings.policies.push_lookback_days)
    with rehearsal.undone() as connection:
        switch = register(connection, asked, fetch.list_id, now)
        if not switch.enabled:
            return Pushing(asked.module, asked.event, enabled=False)
        suppressed = settings.policies.push_suppressed
        people = pushes.judge(connection, switch, look_back, suppressed, asked.status_target)
        judged = [(str(row.reason), int(row.people)) for row in connection.execute(_JUDGED)]
    leads, lacking = sort_out(people, asked)
    unknown = sum(lead.record_id is None for lead in leads)
    return Pushing(
        module=asked.module,
        event=asked.event,
        enabled=True,
        to_push=len(leads),
        not_pushed=tuple(judged + ([("missing_mandatory", len(lacking))] if lacking else [])),
        credits=ceil(len(leads) / MOST_RECORDS_A_WRITE) * COSTS["upsert"]
        + ceil(unknown / (MOST_IN if settings.policies.search_in else MOST_CONDITIONS)) * COSTS["search"],
    )


_READ_ONLY = text("SET TRANSACTION READ ONLY")
_LATER = text(
    "SELECT read_by, coalesce(outside_window, 0) AS outside_window, CAST(left_for_later AS integer) AS left_for_later "
    "FROM sync.fetch WHERE fetch_id = :fetch_id"
)
_JUDGED = text(
    "SELECT reason, count(*) AS people FROM judged WHERE reason IS NOT NULL GROUP BY reason ORDER BY 2 DESC, 1"
)
