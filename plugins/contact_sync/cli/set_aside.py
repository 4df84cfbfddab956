"""`contact-sync set-aside`: rows of event files that could not be written, by reason, and out to be mended (CAMP-1).

Nothing of a person is printed: rows are named by file, line and number. What is exported is personal data, as received;
a row that is imported again with its number in `set_aside` takes the place of the one that was set aside.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from contact_sync.cli.arguments import AsOutput, Output
from contact_sync.cli.console import UsageMistake, console, say, say_json, table


def set_aside(
    reason: Annotated[
        str | None, typer.Option("--reason", help="Only rows with this reason, each with its line.")
    ] = None,
    export: Annotated[
        Path | None, typer.Option("--export", help="Write the rows into this new file of JSON Lines, to be mended.")
    ] = None,
    output: AsOutput = Output.TEXT,
) -> None:
    """Show rows of event files that are set aside, by reason and number."""
    from contact_sync.cli.connections import open_warehouse_at_hand

    warehouse = open_warehouse_at_hand()
    from contact_sync.warehouse import statements

    with warehouse.transaction() as connection:
        counted = [dict(row) for row in statements.run(connection, "events/aside_counts").mappings()]
        _must_be_known(reason, [str(row["reason"]) for row in counted])
        rows = list(statements.run(connection, "events/aside_rows", reason=reason)) if reason or export else []
    if export:
        _export(export, rows)
        _tell_exported(export, len(rows), output)
        return
    if output is Output.JSON:
        listed = [{"number": row.aside_id, "file": row.file, "line": row.line, "detail": row.detail} for row in rows]
        say_json({"counts": counted, **({"rows": listed} if reason else {})})
        return
    if not counted:
        say("No row is set aside.")
        return
    shown = table("Set aside", ["kind", "reason", "rows", "what to do"], numbers=["rows"])
    for each in counted:
        todo = "waits; tried again by itself" if each["waits"] else "mend it and import it again"
        shown.add_row(each["kind"], each["reason"], f"{each['rows']:,}", todo)
    console().print(shown)
    for row in rows[:_MOST_SHOWN]:
        say(f"{row.file}:{row.line}: {row.detail} (number {row.aside_id})")
    if len(rows) > _MOST_SHOWN:
        say(f"… and {len(rows) - _MOST_SHOWN:,} more. All of them: --output json, or --export FILE")


_MOST_SHOWN = 50


def _export(path: Path, rows: Sequence[Any]) -> None:
    """Rows as they were received, each with its number, by which the mended row takes its place."""
    try:
        with path.open("x", encoding="utf-8") as file:
            path.chmod(0o600)
            for row in rows:
                told = {} if row.kind == "unknown" else {"type": row.kind}
                file.write(json.dumps({**told, **row.raw, "set_aside": row.aside_id}, ensure_ascii=False) + "\n")
    except OSError as error:
        raise UsageMistake(f"the file '{path}' cannot be written: {(error.strerror or '').lower()}.") from None


def _tell_exported(path: Path, rows: int, output: Output) -> None:
    if output is Output.JSON:
        say_json({"exported": rows, "file": str(path)})
        return
    say(f"{rows:,} rows written to {path}. Mend them, then: contact-sync import-events {path}")
    say("They are personal data: remove the file then.")


def _must_be_known(reason: str | None, known: list[str]) -> None:
    if reason is not None and reason not in known:
        from contact_sync.config.base import close_match

        close = close_match(reason, known)
        hint = f" Did you mean '{close}'?" if close else ""
        raise UsageMistake(
            f"--reason: no row is set aside as '{reason}'. There are: {', '.join(known) or 'none'}.{hint}"
        )
