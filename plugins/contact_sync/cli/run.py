"""`contact-sync run`: one run of a sync here and now, without a scheduler (OPS-5).

The same stages as the tasks of the sync's DAG, and the same history. Shows at the end what `history` shows of the
fetch; prints nothing personal. What Airflow alone can do stays undone: the asset of the list gets no event, nobody is
alerted, and the slots of Airflow's pools are not asked for.
"""

import logging
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, redirect_stdout, suppress
from datetime import UTC, datetime
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from contact_sync.cli.arguments import AsOutput, Output, Sync
from contact_sync.cli.console import UsageMistake, say, say_json, working
from contact_sync.errors import ConfigError, ContactSyncError, NextDay, SyncBusy, SyncSkipped, Transient
from contact_sync.paths import include_folder

if TYPE_CHECKING:
    from contact_sync.config.resolved import ResolvedSync
    from contact_sync.core.run import RunInfo
    from contact_sync.warehouse.database import Warehouse

ENDINGS = (signal.SIGTERM, signal.SIGHUP)
"""Signals that ask the process to end; the keyboard's own, SIGINT, is Python's affair."""
WITH_NOTES = ("partial", "degraded")


class InterruptedRun(ContactSyncError):
    """A person, or the system, ended the command."""


def run(
    sync_id: Sync,
    retrieve: Annotated[
        str,
        typer.Option(
            metavar="as_configured|all|after",
            help="As configured: what changed since the last success; all data; or what changed after --after.",
        ),
    ] = "as_configured",
    after: Annotated[
        str | None,
        typer.Option(metavar="DATE-TIME", help="With its zone, such as 2026-11-01T00:00:00+01:00."),
    ] = None,
    push: Annotated[
        str, typer.Option(metavar="as_configured|on|off", help="Whether Recruit is told who opened or clicked.")
    ] = "as_configured",
    preview: Annotated[
        bool,
        typer.Option(
            "--preview",
            help="Read and decide, show the counts in the history, write nothing else. To see the records: plan.",
        ),
    ] = False,
    output: AsOutput = Output.TEXT,
) -> None:
    """Run a sync here and now, without a scheduler: the stages of its DAG, one history with it.

    Exit code 3: the run was skipped by rule, or another fetch of the sync is under way. DAGs that follow the list's
    asset in Airflow hear of runs in Airflow only.
    """
    conf = _choices(retrieve=retrieve, after=after, push=push, preview=preview)
    from contact_sync.cli.connections import key_at_hand, open_warehouse_at_hand, person, secrets_at_hand
    from contact_sync.cli.find import find_sync
    from contact_sync.core.run import RunInfo, RunType, command_run_id

    sync = find_sync(sync_id, include_folder())
    key_at_hand()
    warehouse = secrets_at_hand(open_warehouse_at_hand())
    now = datetime.now(UTC)
    order = RunInfo(sync.sync_id, command_run_id(person(), now), RunType.MANUAL, now, now, conf=conf)
    stop: ContactSyncError | None = None
    with _quiet(), working("Beginning") as show:
        _must_be_migrated(warehouse)
        try:
            _carry_out(order, sync, warehouse, show)
        except ContactSyncError as error:
            stop = error
    fetch = _as_in_history(order, warehouse)
    if fetch is not None:
        _show(fetch, output)
    if stop is not None:
        raise _in_words(stop, sync.sync_id, fetch)


def _choices(**given: Any) -> dict[str, Any]:
    """What the trigger form would send (RET-6). Raises UsageMistake for what it would refuse.

    `--after` alone means `retrieve: after`.
    """
    from contact_sync.core.choice import NEXT, check_conf

    if given["after"] and given["retrieve"] == "as_configured":
        given["retrieve"] = "after"
    try:
        check_conf(given)
    except ConfigError as error:
        told = str(error).removeprefix("conf: ").removesuffix(NEXT).strip()
        raise UsageMistake(f"--{told}") from None
    return given


def _must_be_migrated(warehouse: "Warehouse") -> None:
    from contact_sync.warehouse.database import in_our_words
    from contact_sync.warehouse.migrate import versions

    with in_our_words():
        present, newest = versions(warehouse.engine)
    if present != newest:
        raise ConfigError("The warehouse is not of this version. Run: contact-sync warehouse migrate")


def _carry_out(order: "RunInfo", sync: "ResolvedSync", warehouse: "Warehouse", show: "Callable[[str], None]") -> None:
    """All five stages, with clients as tasks have them. Raises InterruptedRun for Ctrl-C, too."""
    from contact_sync.cli.connections import account_fingerprint, stage_clients
    from contact_sync.core.ceilings import Work
    from contact_sync.stages.whole_run import Means, run_whole

    with ExitStack() as ending:
        means = Means(
            ending.enter_context(stage_clients(warehouse, sync.kind, Work.IMPORT)),
            ending.enter_context(stage_clients(warehouse, sync.kind, Work.FULL_ID_SCAN)),
            ending.enter_context(stage_clients(warehouse, "recruit", Work.PUSH)),
            lambda account: account_fingerprint(account, warehouse),
        )
        try:
            with _ended_gently():
                run_whole(order, sync, warehouse, means, lambda stage, read: show(_at_work(stage, read)))
        except KeyboardInterrupt:
            raise InterruptedRun("ended by a person, or by the system") from None


@contextmanager
def _ended_gently() -> Iterator[None]:
    """While the block lasts, signals that ask the process to end do what Ctrl-C does: its fetch is closed first."""

    def end(number: int, frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    before = {each: signal.signal(each, end) for each in ENDINGS}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


@contextmanager
def _quiet() -> Iterator[None]:
    """While the block lasts only warnings are logged, on stderr: libraries log to stdout, where our answer goes."""
    before = logging.root.manager.disable
    logging.disable(logging.INFO)
    try:
        with redirect_stdout(sys.stderr):
            yield
    finally:
        logging.disable(before)


def _at_work(stage: str, read: int | None) -> str:
    return stage if read is None else f"{stage}: {read:,} records read"


def _as_in_history(order: "RunInfo", warehouse: "Warehouse") -> dict[str, Any] | None:
    """The run's fetch as `history` has it; None if there is none, or the warehouse cannot tell any more."""
    from contact_sync.cli.history import read_history

    with suppress(ContactSyncError):
        fetches = read_history(warehouse, order.dag_id, _NEWEST)
        return next((each for each in fetches if each["run_id"] == order.run_id), None)
    return None


_NEWEST = 50


def _show(fetch: dict[str, Any], output: Output) -> None:
    """The fetch on stdout; on stderr that it left something to do, or has warnings."""
    if output is Output.JSON:
        say_json(fetch)
    else:
        from contact_sync.cli.history_view import print_history
        from contact_sync.config.loader import load_organisation

        print_history([fetch], load_organisation(include_folder()).timezone)
    if fetch["status"] in WITH_NOTES:
        what = "some work is left for later" if fetch["status"] == "partial" else "all is done, with warnings"
        look = f"contact-sync history {fetch['sync_id']}"
        say(f"contact-sync: fetch {fetch['fetch_id']} is {fetch['status']}: {what}. See: {look}", error=True)


def _in_words(stop: ContactSyncError, sync_id: str, fetch: dict[str, Any] | None) -> ContactSyncError:
    """The error that ends the command, with what a person can do."""
    again = f"Run it again: contact-sync run {sync_id}"
    if isinstance(stop, SyncBusy):
        look = f"Nothing was done. Look when it has ended: contact-sync history {sync_id}. {again}"
        return SyncSkipped("under_way", f"Another fetch of the sync '{sync_id}' is under way (OPS-10). {look}")
    if isinstance(stop, NextDay):
        return SyncSkipped("daily_limit", f"{stop} A command does not wait so long. {again} then.")
    if isinstance(stop, InterruptedRun):
        loaded = fetch is not None and fetch["status"] not in ("failed", "running")
        what = "What it had loaded stays" if loaded else "Nothing of it was loaded"
        return InterruptedRun(f"{stop}. {what}. {again}")
    if isinstance(stop, Transient):
        return type(stop)(f"{stop} This may pass by itself. {again}", stop.retry_after)
    return stop
