"""Opening a fetch: the first attempt of extract decides once and for all what this run does (RET-4, CFG-1, LIM-1).

Window, settings and their versions are written into the fetch row; retries read them back, whatever the YAML, the
clock or the watermark say by then. A run of an inactive sync is written down as skipped, with reason and remedy; and
so is one past a limit (LIM-2), or one that finds the account's credentials changed, be it a retry (ACC-4).
"""

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from contact_sync.config.resolved import ResolvedSync
from contact_sync.core.choice import ManualChoice, check_conf
from contact_sync.core.run import RunInfo, RunType
from contact_sync.core.window import Earliest, Window, resolve_window
from contact_sync.errors import ConfigError, NextDay, SyncBusy, SyncSkipped
from contact_sync.stages import limits
from contact_sync.stages.states import due_at, is_over, registration, remedy
from contact_sync.warehouse import accounts, command_runs, fetch_ends, fetches, other_fetches, registry, watermarks
from contact_sync.warehouse.database import Warehouse
from contact_sync.warehouse.fetches import Fetch
from contact_sync.warehouse.registry import Registered

log = logging.getLogger(__name__)

FORGOTTEN = timedelta(hours=12)
"""A fetch that began longer ago and is still called running was left behind by something that could not say so."""
TURN_SECONDS = 20.0
NEVER_BEGUN = "opened"
"""The stage of a fetch that was skipped or refused: clearing its run decides anew."""
KILLED = "its process ended without a word; it was killed, or its machine went down"
ASK_AGAIN = "Nothing was read. Trigger a new run with the value put right."


def open_fetch(
    run: RunInfo, sync: ResolvedSync, warehouse: Warehouse, now: datetime, credentials: str | None = None
) -> tuple[Fetch, int]:
    """The fetch of this run and the attempt that may write it.

    credentials: the fingerprint of the account's credentials now; None if they are not known, and not compared then.
    Raises SyncSkipped if the run is to do nothing, ConfigError if what it was asked for is refused (both are in the
    history then), SyncBusy while another run of the sync is under way, NextDay if the places of the day are taken and
    runs wait for the next.
    """
    stop: SyncSkipped | ConfigError | NextDay | None = None
    with warehouse.transaction() as connection:
        wait_your_turn(connection, run, now)
        known = fetches.latest(connection, run.dag_id, run.run_id, lock=True)
        look_at_credentials(connection, sync, credentials, now)
        if known is None or _is_opened_anew(connection, run, known):
            stop = _open(connection, run, sync, known, now)
        else:
            stop = stop_for_credentials(connection, sync, known)
        if stop is None:
            fetch = fetches.require(connection, run)
            attempt = fetches.begin_stage(connection, fetch, "extract")
    if stop:
        raise stop
    return fetch, attempt


def _is_opened_anew(connection: Connection, run: RunInfo, known: Fetch) -> bool:
    """Whether the run decides once more what it does: what it had decided is done, never began, or is over, because a
    later fetch went by other settings since. Those would bind pairs to choices that are not in force (ADV-5).
    """
    begun = known.stage != NEVER_BEGUN and known.run_type == run.run_type
    return known.closed or not begun or other_fetches.is_outdated(connection, known)


def foresee(
    connection: Connection, run: RunInfo, sync: ResolvedSync, credentials: str | None, now: datetime
) -> SyncSkipped | ConfigError | NextDay | None:
    """What `open_fetch` would do with a new run: writes all that it writes, for a caller who takes it back (OPS-2).

    Returns why the run would do nothing, None if it would work. Its fetch is there unless it waits for the next day.
    """
    look_at_credentials(connection, sync, credentials, now)
    return _open(connection, run, sync, None, now)


def wait_your_turn(connection: Connection, run: RunInfo, now: datetime) -> None:
    """One fetch of a sync at a time (OPS-10). Raises SyncBusy while another run's fetch is under way."""
    other_fetches.hold_turn(connection, run)
    close_left_behind(connection, run)
    other = other_fetches.another_running(connection, run, now - FORGOTTEN)
    if other is not None:
        raise SyncBusy(
            f"{run.dag_id}: fetch {other} of another run is under way; this run waits until it has ended "
            f"(or is {FORGOTTEN.total_seconds() / 3600:.0f} hours old, should it have been left behind).",
            retry_after=TURN_SECONDS,
        )


def close_left_behind(connection: Connection, run: RunInfo) -> None:
    """Close the fetches of the sync whose command was killed: nobody else can say that they have ended."""
    for run_id in command_runs.left_behind(connection, run):
        fetch = fetches.latest(connection, run.dag_id, run_id, lock=True)
        if fetch is None or fetch.status != "running":
            continue
        # the next attempt: a process that lives on, and only lost its connection, writes nothing more
        fetches.begin_stage(connection, fetch, fetch.stage)
        told = {"reason": f"{fetch.stage}: {KILLED}", "remedy": run_again(run.dag_id)}
        fetch_ends.close_unloaded(connection, fetch.fetch_id, status="failed", **told)


def run_again(sync_id: str) -> str:
    """What a person can do about a run of the command line that failed."""
    return f"Once the cause is mended run it again, which goes on from the last success: contact-sync run {sync_id}"


def look_at_credentials(connection: Connection, sync: ResolvedSync, credentials: str | None, now: datetime) -> None:
    """Compare the account's credentials with the known ones; a change makes its syncs inactive (ACC-4).

    Before the sync itself is held: whoever holds an account and its syncs takes them in this order.
    """
    if credentials is None:
        return
    stops = sync.policies.on_credential_change == "deactivate"
    sight = accounts.see(connection, sync.account, credentials, deactivate=stops, now=now)
    if sight.changed:
        log.warning("account %s: its credentials changed; made inactive: %s", sync.account, list(sight.deactivated))


def stop_for_credentials(connection: Connection, sync: ResolvedSync, known: Fetch) -> SyncSkipped | None:
    """A fetch under way goes on whatever became of its sync, unless that was deleted (LIM-3), but never with
    credentials of perhaps another account.
    """
    stands = registry.state(connection, known.sync_id)
    reason = None if stands is None else stands.inactive_reason or stands.state
    if reason not in ("credentials_changed", "deleted"):
        return None
    skip = SyncSkipped(reason, remedy(reason, sync))
    fetch_ends.close_unloaded(connection, known.fetch_id, status="skipped", reason=skip.reason, remedy=skip.remedy)
    return skip


def _open(
    connection: Connection, run: RunInfo, sync: ResolvedSync, known: Fetch | None, now: datetime
) -> SyncSkipped | ConfigError | NextDay | None:
    registered = registry.register(connection, registration(sync), now)
    # A backfill over a day that had its run keeps the run's id and makes a backfill of it: then nothing is the same.
    same = known if known and known.loaded and known.run_type == run.run_type else None
    stop: SyncSkipped | ConfigError | NextDay | None = _inactive(connection, run, sync, registered, now)
    restart = False
    choice, window = ManualChoice(), Window(None, run.run_after, first=False, moves_watermark=False)
    try:
        choice = check_conf(run.conf)
        window = _again(connection, sync, registered, same) if same else _window(connection, run, sync, registered)
        restart = registered.restart_pending and window.moves_watermark and not same
    except (SyncSkipped, ConfigError) as refused:
        stop = stop or refused
    claim = None
    again = known is not None and known.stage != NEVER_BEGUN and known.run_type == run.run_type
    if not (again or choice.preview or run.run_type is RunType.BACKFILL):  # these take no place (LIM-2)
        if stop is None:
            claim = limits.claim_of_run(connection, sync, registered.sync_no, now)
            stop = claim.refusal(connection)
        if stop is not None and registered.new:
            limits.note_created(connection, sync, registered.sync_no, now)
    if isinstance(stop, NextDay):
        return stop
    fetch_id = fetches.open_round(connection, run, registered, window, choice, now, restart=restart)
    if claim and stop is None:
        claim.book(connection, "run", fetch_id)
    if isinstance(stop, SyncSkipped):
        fetch_ends.close_unloaded(connection, fetch_id, status="skipped", reason=stop.reason, remedy=stop.remedy)
    elif stop:
        fetch_ends.close_unloaded(connection, fetch_id, status="failed", reason=str(stop), remedy=ASK_AGAIN)
    return stop


def _window(connection: Connection, run: RunInfo, sync: ResolvedSync, registered: Registered) -> Window:
    return resolve_window(
        run,
        watermark=watermarks.reached(connection, registered.sync_no, sync.source_fingerprint()),
        overlap=sync.overlap,
        retrieve_after=sync.retrieve_after,
        each_fetch=sync.each_fetch,
        frequency=sync.schedule.frequency,
        restart=registered.restart_pending,
        earliest=_earliest(sync),
    )


def _again(connection: Connection, sync: ResolvedSync, registered: Registered, loaded: Fetch) -> Window:
    """The window of a loaded run that was cleared; it moves the watermark only where that leaves nothing out.

    Under settings that make the next fetch a first one (RET-11) nothing before the window has been read yet.
    """
    start = loaded.window.start
    reached = watermarks.reached(connection, registered.sync_no, sync.source_fingerprint())
    if start is None or (reached is not None and start <= reached):
        return loaded.window
    return replace(loaded.window, moves_watermark=False)


def _earliest(sync: ResolvedSync) -> Earliest:
    """How far back runs of the sync may reach by the organisation's policies (RET-3)."""
    bound = sync.earliest_after()
    return Earliest(
        after=bound,
        everything=bound if sync.kind == "creator" and sync.policies.creator_all == "lookback" else None,
        backfill=None if sync.policies.backfill_beyond_lookback else bound,
    )


def _inactive(
    connection: Connection, run: RunInfo, sync: ResolvedSync, registered: Registered, now: datetime
) -> SyncSkipped | None:
    reason = registered.inactive_reason or registered.state
    if reason == "active":
        if is_over(sync, due_at(run)):
            reason = "period_over"
            registry.deactivate(connection, [registered.sync_no], "period_over", "end of its period")
        elif limits.is_beyond(connection, sync, now):
            reason = "over_limit"
            registry.deactivate(connection, [registered.sync_no], "over_limit", "limit of active syncs")
        else:
            return None
    if reason == "over_limit":
        return SyncSkipped(reason, limits.slot_remedy(connection, sync, now))
    return SyncSkipped(reason, remedy(reason, sync))
