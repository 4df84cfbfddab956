"""What the next run of a sync would make of its records: a whole run, rehearsed (OPS-2).

Extract, validate, classify and load as in a run, on the source as it is now, and all of it taken back. While the
source is read nothing is held that a run needs: the fetch is opened under a name that nobody else uses, and gets the
sync's own only for its load, which takes seconds and the organisation's lock, as every load does. Pushes are judged,
not sent.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Connection, text

from contact_sync.config.resolved import ResolvedSync
from contact_sync.core.choice import ManualChoice
from contact_sync.core.run import RunInfo, RunType
from contact_sync.errors import ReadPending
from contact_sync.stages import load
from contact_sync.stages.batch import Batch
from contact_sync.stages.common import settings_of
from contact_sync.stages.extract import Reader
from contact_sync.stages.plan_pushes import Campaigning, Pushing, to_recruit
from contact_sync.stages.planning import Outlook
from contact_sync.stages.removing import Removed
from contact_sync.stages.source import Source
from contact_sync.stages.states import registration
from contact_sync.stages.tracking import ClientFactory, Scanner, Tracker
from contact_sync.stages.validate import checked
from contact_sync.warehouse import fetches, organisation, registry, statements
from contact_sync.warehouse.fetches import Fetch
from contact_sync.warehouse.rehearsal import Rehearsal

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
class Reread:
    """Records of the last fetch: what it made of them, and what this one would. becomes: None if this read none."""

    was: str
    becomes: str | None
    records: int


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What a run would do. status: how its import would end. updates: people by contact field that would change.
    reread: the records of the last fetch.
    """

    status: str
    read_by: str
    outside_window: int
    counts: dict[str, int]
    reasons: tuple[Reason, ...]
    updates: tuple[tuple[str, int], ...]
    removed: Removed
    leaving: tuple[Leaving, ...]
    pushes: tuple[Pushing, ...] | None
    campaigns: tuple[Campaigning, ...] | None
    warnings: tuple[str, ...]
    rows: tuple[Row, ...]
    reread: tuple[Reread, ...]


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
    done = load.carry_out(connection, fetch, settings, organisation.lock(connection))
    later = connection.execute(_LATER, {"fetch_id": fetch.fetch_id}).one()
    this = {"fetch_id": fetch.fetch_id}
    reasons = statements.run(connection, "plan/reasons", **this)
    statements.run(connection, "plan/changing_table", **this)
    updates = statements.run(connection, "plan/updates")
    sample = statements.run(connection, "plan/sample", most=rows)
    leaving = tuple(Leaving(**row) for row in statements.run(connection, "plan/leaving").mappings())
    sent = to_recruit(rehearsal, fetch, settings, now)
    return Rehearsed(
        status=load.status_of(done.left + later.left_for_later, done.warnings),
        read_by=later.read_by,
        outside_window=later.outside_window,
        counts=done.counts,
        reasons=tuple(Reason(**row) for row in reasons.mappings()),
        updates=tuple((row.field, int(row.people)) for row in updates),
        removed=done.removed,
        leaving=leaving,
        pushes=sent.pushes,
        campaigns=sent.campaigns,
        warnings=done.warnings,
        rows=tuple(Row(**{**row, "fields": tuple(row["fields"])}) for row in sample.mappings()),
        reread=tuple(Reread(**row) for row in statements.run(connection, "plan/last_fetch", **this).mappings()),
    )


_READ_ONLY = text("SET TRANSACTION READ ONLY")
_LATER = text(
    "SELECT read_by, coalesce(outside_window, 0) AS outside_window, CAST(left_for_later AS integer) AS left_for_later "
    "FROM sync.fetch WHERE fetch_id = :fetch_id"
)
