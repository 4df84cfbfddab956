"""`contact-sync plan`: what the next run of a sync would do, as it is at the source now (OPS-2).

Everything that is written on the way is taken back by one transaction that never commits; what stays is the ledger of
API calls (LIM-5), because the calls were made, and the shared token with what it is counted by (ACC-3). Shows records
by their ids; addresses only on a terminal, to the person who asks for them. What cannot be known is told as that.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import uuid4

import typer

from contact_sync.cli.arguments import Sync
from contact_sync.cli.console import PROBLEMS_FOUND, UsageMistake, say, say_json, working
from contact_sync.errors import ConfigError, ContactSyncError, Permanent, ReadPending
from contact_sync.paths import include_folder

if TYPE_CHECKING:
    from contact_sync.config.resolved import ResolvedSync
    from contact_sync.core.ceilings import Work
    from contact_sync.core.run import RunInfo
    from contact_sync.stages.plan_change import Comparison
    from contact_sync.stages.plan_rows import Rehearsed
    from contact_sync.stages.planning import Approach, Outlook
    from contact_sync.warehouse.database import Warehouse
    from contact_sync.warehouse.rehearsal import Rehearsal
    from contact_sync.zoho.creator import CreatorClient
    from contact_sync.zoho.recruit import RecruitClient

    MakeClient = Callable[[Work], RecruitClient | CreatorClient]


RECORDS = "what becomes of records"


class Output(StrEnum):
    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


@dataclass(slots=True)
class Planned:
    """What is known of the next run.

    new_fields: contact fields, and people who lack one, None if nobody can tell. change: what the file, changed since,
    would do to the last fetch. draft: the file that was given, if not the sync's own. fails: why the run would fail.
    cannot_tell: what, and why. calls: of this plan, and credits: what they cost.
    """

    sync: "ResolvedSync"
    now: datetime
    outlook: "Outlook"
    approach: "Approach | None" = None
    new_fields: tuple[tuple[str, ...], int] | None = None
    rehearsed: "Rehearsed | None" = None
    change: "Comparison | None" = None
    draft: str | None = None
    fails: str | None = None
    cannot_tell: dict[str, str] = field(default_factory=dict)
    calls: int = 0
    credits: int = 0


def plan(
    sync_id: Sync,
    read: Annotated[
        bool, typer.Option("--read/--no-read", help="Read the records, as the run would, for the same credits.")
    ] = True,
    rows: Annotated[int, typer.Option(min=0, max=10_000, help="How many records to list, of every kind first.")] = 20,
    changed: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Plan with this file in place of the sync's own, such as a branch's."),
    ] = None,
    show_addresses: Annotated[
        bool, typer.Option("--show-addresses", help="List addresses too; on a terminal only.")
    ] = False,
    output: Annotated[
        Output, typer.Option("--output", "-o", help="For people, as JSON for scripts, or for a pull request.")
    ] = Output.TEXT,
) -> None:
    """Show what the next run would do. Nothing is written but the ledger of API calls and the shared token.

    Exit code 1 if the run would fail.
    """
    if show_addresses and (output is not Output.TEXT or not sys.stdout.isatty()):
        raise UsageMistake("--show-addresses is for text on a terminal: addresses must not get into files and logs.")
    from contact_sync.cli.connections import open_warehouse_at_hand, secrets_at_hand
    from contact_sync.cli.find import find_changed, find_sync
    from contact_sync.cli.plan_json import as_json
    from contact_sync.cli.plan_told import sections
    from contact_sync.cli.plan_view import print_markdown, print_text

    sync = find_changed(sync_id, changed, include_folder()) if changed else find_sync(sync_id, include_folder())
    # libraries log to stdout, where our JSON goes
    with working("Planning, as the source is now"), redirect_stdout(sys.stderr):
        warehouse = secrets_at_hand(open_warehouse_at_hand())
        planned = make_plan(sync, warehouse, datetime.now(UTC), rows if read else None, moved=rows)
        planned.draft = str(changed) if changed else None
        credits = _credits(planned)
    if output is Output.JSON:
        say_json(as_json(planned, credits))
    elif output is Output.MARKDOWN:
        print_markdown(sections(planned, credits))
    else:
        print_text(sections(planned, credits, show_addresses=show_addresses))
    if planned.fails:
        raise typer.Exit(PROBLEMS_FOUND)


def make_plan(sync: "ResolvedSync", warehouse: "Warehouse", now: datetime, rows: int | None, moved: int = 0) -> Planned:
    """Plan the next run. rows: how many records to list; None: read none. moved: how many of the last fetch to list.

    Raises for a warehouse that is not there.
    """
    from contact_sync.cli.connections import account_fingerprint, sync_clients
    from contact_sync.core.run import RunInfo, RunType
    from contact_sync.stages.plan_change import compare
    from contact_sync.stages.planning import look_ahead
    from contact_sync.warehouse.forecast import newest_call, spent_by_hand
    from contact_sync.warehouse.rehearsal import rehearse

    run = RunInfo(sync.sync_id, f"plan__{uuid4()}", RunType.MANUAL, now, now)
    before = newest_call(warehouse)
    credentials = account_fingerprint(sync.account, warehouse)  # before: it needs the organisation's row, perhaps
    with sync_clients(sync, warehouse) as make_client, rehearse(warehouse) as rehearsal:
        planned = Planned(sync, now, look_ahead(rehearsal, run, sync, credentials, now))
        planned.change = compare(rehearsal, sync, now, moved)
        with _told(planned, "how it reads"):
            _look(planned, rehearsal, run, make_client if warehouse.keys else None, rows)
    planned.calls, planned.credits = spent_by_hand(warehouse, sync.account, before)
    return planned


def _look(
    planned: Planned, rehearsal: "Rehearsal", run: "RunInfo", make_client: "MakeClient | None", rows: int | None
) -> None:
    """What the source tells: how it would be read, then its records. make_client: None without the key of tokens."""
    from contact_sync.cli.connections import KEY_VARIABLE
    from contact_sync.core.ceilings import Work
    from contact_sync.stages.extract import open_source
    from contact_sync.stages.plan_rows import rehearse_run
    from contact_sync.stages.planning import approach, new_fields

    outlook, sync, now = planned.outlook, planned.sync, planned.now
    planned.cannot_tell[RECORDS] = "they were not read (--no-read)"
    if outlook.window is None:
        planned.cannot_tell[RECORDS] = "no window is known"
        return
    if make_client is None:
        raise NotAtHand(f"{KEY_VARIABLE} is not set here, with which the account's token is kept")
    client = make_client(Work.IMPORT)
    source = open_source(client, sync, outlook.former)
    planned.approach = approach(source, outlook, outlook.window)
    planned.new_fields = new_fields(rehearsal, run, sync, source.facts.told, now)
    if outlook.stands == "credentials_changed" or getattr(outlook.stop, "reason", None) == "credentials_changed":
        planned.cannot_tell[RECORDS] = "the connection may lead to another account by now"
    elif rows is not None:
        with _told(planned, RECORDS):
            planned.rehearsed = rehearse_run(
                rehearsal,
                run,
                sync,
                outlook,
                source,
                lambda batch: open_source(client, sync, outlook.former, batch),
                lambda account, fetch_id: make_client(Work.FULL_ID_SCAN),
                now,
                pause=_pause,
                rows=rows,
            )
            del planned.cannot_tell[RECORDS]


class NotAtHand(ConfigError):
    """Something that a plan needs is not to be had in this process; it says nothing about the run."""


@contextmanager
def _told(planned: Planned, what: str) -> Iterator[None]:
    """An error becomes part of the plan: what would end the run too, and what only keeps us from telling."""
    from contact_sync.cli.connections import NotKnownHere

    try:
        yield
    except ContactSyncError as error:
        planned.cannot_tell[what] = str(error)
        if isinstance(error, Permanent) and not isinstance(error, NotKnownHere | NotAtHand):
            planned.fails = f"{type(error).__name__}: {error}"
            planned.cannot_tell[what] = "the run would fail before that"


def _pause(pending: ReadPending) -> None:
    say(f"Waiting: {pending}", style="dim", error=True)
    time.sleep(pending.retry_after or 1)


def _credits(planned: Planned) -> list[str]:
    """What the next run is likely to cost, and its account's day against the ceiling, as `lint --forecast` has it."""
    from contact_sync.cli.connections import open_warehouse_at_hand
    from contact_sync.cli.lint_forecast import account_in_words, coming_runs, formula
    from contact_sync.config.allowances import allowance_of
    from contact_sync.config.loader import load_syncs
    from contact_sync.warehouse.forecast import histories, spent_lately

    sync, warehouse = planned.sync, open_warehouse_at_hand()
    known = histories(warehouse)
    mine = coming_runs(sync, known.get(sync.sync_id), planned.now)
    told = []
    if planned.rehearsed:
        told.append(f"The next run: about {planned.credits:,}, as this plan has cost with {planned.calls:,} calls.")
    if mine.expected is not None:
        told.append(f"Its latest runs: {mine.expected:,} (median; without first ones).")
    if not told:
        told.append(f"The next run: cannot tell: {formula(sync)}.")
    loaded = load_syncs(include_folder())
    if loaded.organisation:
        its = [each for each in loaded.syncs.values() if each.account == sync.account]
        coming = [coming_runs(each, known.get(each.sync_id), planned.now) for each in its]
        allowance = allowance_of(loaded.organisation, sync.account)
        told.append(account_in_words(sync.account, coming, allowance, spent_lately(warehouse)))
    return told
