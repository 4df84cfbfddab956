"""`contact-sync list`: the configured syncs, from their files alone; needs no warehouse and no Airflow."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from contact_sync.cli.console import PROBLEMS_FOUND, clock, console, say, say_json, table
from contact_sync.paths import include_folder

if TYPE_CHECKING:
    from contact_sync.config.resolved import ResolvedSync

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


def list_syncs(as_json: AsJson = False) -> None:
    """List the syncs: what each reads, into which list, when, and its next run."""
    from contact_sync.config.loader import load_syncs

    loaded = load_syncs(include_folder())
    rows = [describe(sync, datetime.now(UTC)) for sync in loaded.syncs.values()]
    if as_json:
        say_json(rows)
    elif rows:
        _print(rows, loaded.syncs)
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


def _print(rows: list[dict[str, Any]], syncs: dict[str, "ResolvedSync"]) -> None:
    result = table(None, ("Sync", "Reads", "Into the list", "When"), lines=True)
    for row in rows:
        upcoming = clock(row["next_run"], syncs[row["id"]].schedule.zone)
        result.add_row(
            Text.assemble((row["id"], "bold"), "\n", row["name"]),
            Text(f"{row['account']}\n{row['source']}"),
            Text(row["list"]),
            Text(f"{row['schedule']}\nnext: {upcoming}"),
        )
    console().print(result)
    say("Next: by the schedule, in its own time zone; a paused DAG does not run.", style="dim")
