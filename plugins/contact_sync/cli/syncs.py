"""`contact-sync list`: the configured syncs from their files and, with the warehouse at hand, where each stands.

Needs neither warehouse nor Airflow for what the files say. Looks into the warehouse if CONTACT_SYNC_WAREHOUSE_URL names
it, or `--state` or `--limits` asks for what only the registry knows. Writes nothing.
"""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.text import Text

from contact_sync.cli.arguments import AsOutput, Output
from contact_sync.cli.console import PROBLEMS_FOUND, clock, console, say, say_json, table
from contact_sync.paths import include_folder

if TYPE_CHECKING:
    from contact_sync.config.loader import SyncFiles
    from contact_sync.config.resolved import ResolvedSync
    from contact_sync.warehouse.database import Warehouse
    from contact_sync.warehouse.standings import Kept, Standing

AskState = Annotated[bool, typer.Option("--state", help="Tell the states even if only Airflow knows the warehouse.")]
AskLimits = Annotated[bool, typer.Option("--limits", help="Only what is used of the limits (LIM-2).")]

_STYLES = {"active": "green", "inactive": "yellow", "missing": "yellow", "deleted": "dim"}


def list_syncs(state: AskState = False, limits: AskLimits = False, output: AsOutput = Output.TEXT) -> None:
    """List the syncs: what each reads, into which list, when, its state; what is used of the limits."""
    from contact_sync.config.loader import load_syncs

    loaded = load_syncs(include_folder())
    now = datetime.now(UTC)
    warehouse = _warehouse(asked=state or limits)
    used = _used(warehouse, loaded, now)
    if limits:
        _say_limits(used) if output is Output.TEXT else say_json(used)
        return
    rows = [describe(sync, now) for sync in loaded.syncs.values()]
    if warehouse is not None:
        rows = _with_states(rows, warehouse, loaded, now)
    if output is Output.JSON:
        say_json(rows)
    elif rows:
        _print(rows, loaded)
        _say_limits(used)
    else:
        say("There are no syncs yet. Write the first with: contact-sync new")
    for problem in loaded.problems:
        say(problem.render(), style="red", error=True)
    if loaded.problems:
        raise typer.Exit(PROBLEMS_FOUND)


def describe(sync: "ResolvedSync", now: datetime) -> dict[str, Any]:
    """One sync as JSON-ready words; `next_run` is the first due time after `now`, None if there is none."""
    return {
        "id": sync.sync_id,
        "name": sync.name,
        "account": sync.account,
        "source": f"{sync.module}, view '{sync.view}'" if sync.view else f"{sync.module}, {sync.scope}",
        "list": sync.list_name,
        "schedule": sync.schedule.in_words(),
        "next_run": sync.schedule.next_due(now),
        "file": sync.file,
    }


def _warehouse(*, asked: bool) -> "Warehouse | None":
    from contact_sync.cli.connections import URL_VARIABLE, open_warehouse_at_hand

    return open_warehouse_at_hand() if asked or os.environ.get(URL_VARIABLE) else None


def _with_states(
    rows: list[dict[str, Any]], warehouse: "Warehouse", loaded: "SyncFiles", now: datetime
) -> list[dict[str, Any]]:
    """The rows with where each sync stands; below them the registered syncs that have no good file."""
    from contact_sync.config.loader import sync_ids
    from contact_sync.warehouse import standings

    try:
        files = set(sync_ids(include_folder()))
    except OSError:
        files = set()
    with warehouse.transaction() as connection:
        kept = {each.sync_id: each for each in standings.read(connection)}
    stands = {
        sync_id: standings.standing(each, has_file=sync_id in files, good=sync_id in loaded.syncs, now=now)
        for sync_id, each in kept.items()
    }
    good = [{**row, **_state(stands.get(row["id"]))} for row in rows]
    return good + [
        {**_bare(each), **_state(stands[each.sync_id])} for each in kept.values() if each.sync_id not in loaded.syncs
    ]


def _bare(kept: "Kept") -> dict[str, Any]:
    """What is known of a sync whose file is gone or broken; keys as `describe` has them."""
    nothing = dict.fromkeys(("account", "source", "list", "schedule", "next_run", "file"))
    return {"id": kept.sync_id, "name": kept.name, **nothing}


def _state(standing: "Standing | None") -> dict[str, Any]:
    """Where a sync stands as JSON-ready words; `new` if no run has registered it yet."""
    if standing is None:
        return {"state": "new", "reason": None, "since": None, "by": None}
    return {"state": standing.state, "reason": standing.reason, "since": standing.since, "by": standing.by}


def _used(warehouse: "Warehouse | None", loaded: "SyncFiles", now: datetime) -> dict[str, Any] | None:
    """What is used of each limit, and of how much; None if nobody can tell."""
    if warehouse is None or loaded.organisation is None:
        return None
    from contact_sync.warehouse import limits

    zone, policies = loaded.organisation.timezone, loaded.organisation.policies
    day = now.astimezone(ZoneInfo(zone)).date()
    with warehouse.transaction() as connection:
        slots = limits.holders(connection, now)
        today = [taker.sync_id for taker in limits.takers_of_day(connection, day)]
        month = [taker.sync_id for taker in limits.takers_of_month(connection, day)]
        initiations = limits.initiations_of_month(connection, day)
    counts = policies.monthly_limit_counts
    return {
        "timezone": zone,
        "slots": {"used": len(slots), "allowed": policies.active_syncs, "syncs": slots},
        "today": {"day": day, "used": len(today), "allowed": policies.syncs_per_day, "syncs": today},
        "month": {
            "month": f"{day:%Y-%m}",
            "counts": counts,
            "used": initiations if counts == "initiations" else len(month),
            "allowed": policies.per_month,
        },
    }


def _say_limits(used: Mapping[str, Any] | None) -> None:
    if used is None:
        return
    month, what = used["month"], {"initiations": "initiations", "active_syncs": "syncs"}
    say(
        f"Slots: {_of(used['slots'])} (active_syncs). Today, {used['today']['day']}: {_of(used['today'])} syncs "
        f"(syncs_per_day). {month['month']}: {_of(month)} {what[month['counts']]} (per_month). "
        f"Days and months in {used['timezone']}."
    )


def _of(part: Mapping[str, Any]) -> str:
    return f"{part['used']} of {'any number' if part['allowed'] is None else part['allowed']}"


def _print(rows: list[dict[str, Any]], loaded: "SyncFiles") -> None:
    known = "state" in rows[0]
    result = table(None, ("Sync", "Reads", "Into the list", "When", *(("State",) if known else ())), lines=True)
    for row in rows:
        sync = loaded.syncs.get(row["id"])
        when = f"{row['schedule']}\nnext: {clock(row['next_run'], sync.schedule.zone)}" if sync else "–"
        cells = [
            Text.assemble((row["id"], "bold"), "\n", row["name"]),
            Text(f"{row['account']}\n{row['source']}" if sync else "–"),
            Text(row["list"] or "–"),
            Text(when),
        ]
        result.add_row(*cells, *((_state_cell(row, loaded),) if known else ()))
    console().print(result)
    say("Next: by the schedule, in its own time zone; a paused DAG does not run.", style="dim")
    if not known:
        say("The states are in the warehouse: contact-sync list --state", style="dim")


def _state_cell(row: Mapping[str, Any], loaded: "SyncFiles") -> Text:
    zone = ZoneInfo(loaded.organisation.timezone if loaded.organisation else "Etc/UTC")
    cell = Text(row["state"], style=_STYLES.get(row["state"], ""))
    for line in (row["reason"], f"since {clock(row['since'], zone)}" if row["since"] else None):
        cell.append(f"\n{line}" if line else "")
    return cell
