"""One resolver turns an Airflow run into the window `[start, end)` of change times that it reads (RET-2, RET-4, RET-7).

Pure: watermark, times and form values are passed in, nothing is looked up. It is asked once per fetch; retries and
clears read the stored window. A data interval counts only for scheduled, asset-triggered and backfill runs: Airflow
prefills one in manual runs, where it means nothing. Refused: unknown form keys, moments without a zone or in the
future, form choices outside manual runs.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from contact_sync.core.choice import ManualChoice, Retrieve, check_conf
from contact_sync.core.run import RunInfo, RunType
from contact_sync.errors import ConfigError, SyncSkipped

SMALLEST_OVERLAP = timedelta(seconds=1)  # Zoho's change times have whole seconds


@dataclass(frozen=True, slots=True)
class Window:
    """Change times from `start` (None: from the beginning) up to, not including, `end`; aware UTC.

    first: the first fetch of the sync, or the first under a new scope.
    moves_watermark: False where a success must not advance the watermark: backfills, and manual runs that begin after
    the place where the sync stands, for the gap between has not been read.
    """

    start: datetime | None
    end: datetime
    first: bool
    moves_watermark: bool = True


@dataclass(frozen=True, slots=True)
class Earliest:
    """How far back a run may be asked to reach (RET-3), None for any: `after`, all data by hand, and backfills."""

    after: datetime | None = None
    everything: datetime | None = None
    backfill: datetime | None = None


def resolve_window(
    run: RunInfo,
    *,
    watermark: datetime | None,
    overlap: timedelta,
    retrieve_after: datetime | None,
    each_fetch: str,
    frequency: str,
    restart: bool = False,
    earliest: Earliest = Earliest(),
) -> Window:
    """The window of one run.

    watermark: source time up to which the sync has everything, None before its first success.
    retrieve_after: the configured `after`, None for `all`. each_fetch: `changes` or `all`. frequency: `once` reads the
    configured data anew each time, for only periodic syncs continue from a watermark (RET-2).
    restart: as if there were no watermark (initiate, or a changed source). earliest: how far back it may reach.
    Raises ConfigError for refused form values, SyncSkipped when the configured `after` lies past the window.
    """
    choice = check_conf(run.conf)
    if run.run_type is not RunType.MANUAL and choice.retrieve is not Retrieve.AS_CONFIGURED:
        raise ConfigError(
            f"run {run.run_id}: retrieve: {choice.retrieve!s} is for manual runs only; a {run.run_type!s} run reads "
            "its own window. Trigger the DAG by hand to choose what to retrieve."
        )
    if run.run_type is not RunType.MANUAL and choice.preview:
        raise ConfigError(f"run {run.run_id}: preview is for manual runs only. Trigger the DAG by hand to look ahead.")
    first = watermark is None or restart
    if run.run_type is RunType.BACKFILL:
        return _backfill(run, first, earliest.backfill)
    end = _end(run, frequency)
    reached = None if first else _utc(watermark)
    configured = _utc(retrieve_after)
    if run.run_type is RunType.MANUAL and choice.retrieve is not Retrieve.AS_CONFIGURED:
        return _by_hand(choice, end, reached=reached, configured=configured, first=first, earliest=earliest)
    if reached is None or each_fetch == "all" or frequency == "once":
        _check_reached(configured, end, run)
        return Window(configured, end, first)
    return Window(_before(min(reached, end), overlap, end), end, first)


def next_watermark(window_end: datetime, source_clock: datetime, current: datetime | None) -> datetime:
    """Where the watermark stands after a successful load: the earlier of both times, never behind `current` (RET-7).

    source_clock: the Date header of the first answer of the read, so that a wrong clock of ours skips nothing.
    """
    reached = min(window_end, source_clock).astimezone(UTC)
    return reached if current is None else max(reached, current.astimezone(UTC))


def _end(run: RunInfo, frequency: str) -> datetime:
    if run.run_type is RunType.MANUAL:
        return run.run_after.astimezone(UTC)
    if frequency == "once" or run.data_interval_end is None:
        # A one-time run is due at its set time or start date, which may be long past.
        return max(run.run_after, run.started_at).astimezone(UTC)
    return run.data_interval_end.astimezone(UTC)


def _before(moment: datetime, overlap: timedelta, end: datetime) -> datetime:
    """`moment` less the overlap, but always before `end`: a late run may find its window already read."""
    start = moment - overlap
    return start if start < end else end - SMALLEST_OVERLAP


def _backfill(run: RunInfo, first: bool, earliest: datetime | None) -> Window:
    start, end = run.data_interval_start, run.data_interval_end
    if start is None or end is None or start >= end:
        raise ConfigError(
            f"run {run.run_id}: a backfill reads exactly its data interval and this run has none. Only syncs with a "
            "daily, weekly or monthly schedule can be backfilled."
        )
    if earliest is not None and start < earliest:
        raise ConfigError(
            f"run {run.run_id}: backfills of this sync reach back to {earliest.isoformat()} and no further, and this "
            f"one begins at {start.isoformat()}. Policies: max_lookback_days, backfill_beyond_lookback (RET-3)."
        )
    return Window(start.astimezone(UTC), end.astimezone(UTC), first, moves_watermark=False)


def _by_hand(
    choice: ManualChoice,
    end: datetime,
    *,
    reached: datetime | None,
    configured: datetime | None,
    first: bool,
    earliest: Earliest,
) -> Window:
    """What the trigger form asks for. The watermark moves only if nothing between it and the start is left out."""
    if choice.after is None:
        return Window(_utc(earliest.everything), end, first)
    if earliest.after is not None and choice.after < earliest.after:
        raise ConfigError(
            f"after: {choice.after.isoformat()} reaches back too far: the earliest is {earliest.after.isoformat()}. "
            "Policy: max_lookback_days, counted from the day on which the sync was created (RET-3)."
        )
    if choice.after >= end:
        raise ConfigError(
            f"after: {choice.after.isoformat()} is not before the moment of the run, {end.isoformat()}. "
            "Give a date-time in the past."
        )
    stands_at = reached or configured
    return Window(choice.after, end, first, moves_watermark=stands_at is not None and choice.after <= stands_at)


def _check_reached(after: datetime | None, end: datetime, run: RunInfo) -> None:
    if after is not None and after >= end:
        raise SyncSkipped(
            "not_yet",
            f"Run {run.run_id} reads up to {end.isoformat()}, and the sync retrieves what changed after "
            f"{after.isoformat()}. The first run past that moment takes it; to read earlier, change retrieve.after.",
        )


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(UTC)
