"""`contact-sync import-events`: campaigns, sends and responses from files into the warehouse (OPS-5, CAMP-1).

All files or none. Nothing of a person is printed: rows that could not be written are named by file and line, and are
kept for `contact-sync set-aside`. Exit code 1 if some of them are wrong; rows that only wait ask nothing of anybody.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from contact_sync.cli.arguments import AsOutput, Output
from contact_sync.cli.console import PROBLEMS_FOUND, UsageMistake, console, say, say_json, table, working
from contact_sync.errors import ConfigError
from contact_sync.paths import include_folder

if TYPE_CHECKING:
    from contact_sync.core.events import Kind
    from contact_sync.stages.event_files import EventFile
    from contact_sync.stages.event_import import Imported


def import_events(
    paths: Annotated[
        list[str],
        typer.Argument(metavar="PATH...", help="Files that end in .csv, .jsonl or .parquet, or URLs of them."),
    ],
    kind: Annotated[
        str | None, typer.Option("--kind", help="campaigns, sends or responses, unless the files tell it.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Tell what would become of each row; write nothing.")
    ] = False,
    output: AsOutput = Output.TEXT,
) -> None:
    """Import campaigns, sends and responses; what bounced, unsubscribed or complained is not mailed any more."""
    from contact_sync.cli.connections import open_warehouse_at_hand, secrets_at_hand
    from contact_sync.config.loader import load_organisation

    of = _kind(kind)
    files = [_file(path) for path in paths]
    policies = load_organisation(include_folder()).policies
    warehouse = secrets_at_hand(open_warehouse_at_hand())
    from contact_sync.stages.event_import import import_events as take

    with working("Reading") as tell:
        done = take(
            warehouse,
            files,
            kind=of,
            unsubscribe_scope=policies.unsubscribe_scope,
            now=datetime.now(UTC),
            dry_run=dry_run,
            progress=lambda file, rows: tell(f"{file}: {rows:,} rows"),
        )
    _tell(done, as_json=output is Output.JSON)
    if any(reason not in WAITING for _, reason in done.written.set_aside):
        raise typer.Exit(PROBLEMS_FOUND)


WAITING = ("unknown_campaign", "unknown_contact", "erased_person")
"""Reasons that ask nothing of anybody."""


def _kind(given: str | None) -> "Kind | None":
    from contact_sync.core.events import kind_of

    try:
        return None if given is None else kind_of(given)
    except ConfigError as wrong:
        raise UsageMistake(f"--kind: {wrong}") from None


def _file(path: str) -> "EventFile":
    """A file of this machine, or of an object store by its URL. Raises UsageMistake if there is none."""
    from contact_sync.stages.event_files import EventFile, name_of

    if "://" in path:
        return EventFile(name_of(path), lambda: _open_url(path))
    local = Path(path)
    if not local.is_file():
        what = "is a folder: name the files" if local.is_dir() else "is not there"
        raise UsageMistake(f"the file '{path}' {what}.")
    return EventFile(local.name, lambda: local.open("rb"))


def _open_url(url: str) -> Any:
    from upath import UPath

    return UPath(url).open("rb")


def _tell(done: "Imported", *, as_json: bool) -> None:
    counts = done.counts()
    if as_json:
        shown = [
            {"reason": reason, "file": file, "line": line, "detail": told}
            for reason, file, line, told in done.written.examples
        ]
        say_json({**counts, "examples": shown})
        return
    overview = table(None, ["kind", "read", "new", "known", "set aside"], numbers=["read", "new", "known", "set aside"])
    for kind, of in counts["kinds"].items():
        aside = sum(of["set_aside"].values())
        overview.add_row(kind, f"{of['read']:,}", f"{of['new']:,}", f"{of['known']:,}", f"{aside:,}")
    console().print(overview)
    for kind, of in counts["kinds"].items():
        for reason, rows in of["set_aside"].items():
            say(f"set aside: {rows:,} {kind}, {reason}")
    if counts["settled"]:
        say(f"{counts['settled']:,} rows that were set aside earlier are written now.")
    say(
        f"{counts['unsubscribed']:,} memberships unsubscribed, {counts['suppressed']:,} suppressed, "
        f"{counts['addresses_with_bounces']:,} addresses with news of bounces."
    )
    if counts["new_lists"]:
        say(f"{counts['new_lists']:,} lists are new: nothing else has named them, so compare: contact-sync lists")
    for _, file, line, told in done.written.examples:
        say(f"{file}:{line}: {told}", error=True)
    if done.written.examples:
        say("They are kept, to be mended: contact-sync set-aside", error=True)
    if not done.applied:
        say("Nothing was written: --dry-run.")
