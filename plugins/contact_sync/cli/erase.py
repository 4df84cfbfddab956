"""`contact-sync erase`: take everything personal of one person out of the warehouse, for good (OPS-6).

A person is given by contact id or address, the address by standard input if it is not to stay in a shell's history. It
shows what would go and asks, unless told not to; what is printed names contact ids and tables only.
"""

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from contact_sync.cli.arguments import AsOutput, Output, given_reason
from contact_sync.cli.console import PROBLEMS_FOUND, UsageMistake, console, counted, say, say_json, table, working
from contact_sync.cli.suppressions import read_addresses

if TYPE_CHECKING:
    from contact_sync.warehouse.erasure import Erasure

Person = Annotated[
    str, typer.Argument(metavar="PERSON", help="Contact id, e-mail address, or - to read it from standard input.")
]


def erase(
    person: Person,
    reason: Annotated[str | None, typer.Option("--reason", help="Why, for the record; it names nobody.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    preview: Annotated[bool, typer.Option("--preview", help="Show what would go; write nothing.")] = False,
    output: AsOutput = Output.TEXT,
) -> None:
    """Erase a person: nothing personal stays, and later fetches ignore them as do_not_mail, erased."""
    from contact_sync.cli.connections import open_warehouse_at_hand, secrets_at_hand
    from contact_sync.cli.connections import person as who

    if reason is None and not preview:
        raise UsageMistake("--reason is missing: say why, for the record, and without naming the person.")
    why = "" if reason is None else given_reason(reason)
    as_json = output is Output.JSON
    if not (yes or preview) and (as_json or person == "-" or not sys.stdin.isatty()):
        raise UsageMistake("nobody can be asked here. Look first with --preview, then say --yes.")
    named = _one(person)
    warehouse = secrets_at_hand(open_warehouse_at_hand())
    from contact_sync.warehouse import erasure

    if preview or not yes:
        with working("Looking what is kept of the person"):
            seen = erasure.preview(warehouse, named)
        _tell(seen, as_json=as_json)
        if preview or not seen.removed or not typer.confirm("Erase for good?", err=True):
            raise typer.Exit(0 if preview or not seen.removed else PROBLEMS_FOUND)
    with working("Erasing"):
        done = erasure.erase(warehouse, named, why, who())
    _tell(done, as_json=as_json)


def _one(given: str) -> str:
    """The person, read from standard input if asked to. Raises UsageMistake unless it is exactly one."""
    if given != "-":
        return given
    lines = read_addresses(given)
    if len(lines) != 1:
        raise UsageMistake(f"standard input holds {len(lines)} lines. People are erased one at a time.")
    return lines[0][1]


def _tell(done: "Erasure", *, as_json: bool) -> None:
    if as_json:
        say_json(_as_json(done))
        return
    named = "Somebody who was no contact" if done.contact_id is None else f"Contact {done.contact_id}"
    if not done.removed:
        say(f"{named} is erased already; nothing more was found.")
        return
    shown = table(None, ("Table", "Rows deleted or blanked"), numbers=("Rows deleted or blanked",))
    for name, rows in sorted(done.removed.items()):
        shown.add_row(name, f"{rows:,}")
    console().print(shown)
    records = counted(done.records, "source record", "source records")
    kept = f"{counted(done.addresses, 'address', 'addresses')} and {records}"
    if done.applied:
        say(f"{named} is erased. Keyed hashes of {kept} are kept: whatever comes with one of them is ignored (erased).")
        say("The record in Zoho, backups, and whatever was exported are not touched: erase there yourself.")
    else:
        say(f"{named} would be erased. Keyed hashes of {kept} would be kept. Nothing was written.")


def _as_json(done: "Erasure") -> dict[str, Any]:
    return {
        "contact_id": done.contact_id,
        "applied": done.applied,
        "erased_before": done.before,
        "addresses": done.addresses,
        "records": done.records,
        "removed": done.removed,
    }
