"""`contact-sync suppress` and `unsuppress`: the only hand-made changes of who may be mailed (OUT-17).

Addresses, or contact ids, come as one argument, from a file with one a line, or from standard input. Addresses are
never printed: what is not understood is named by its line.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from contact_sync.cli.arguments import AsOutput, Output, Reason, given_reason
from contact_sync.cli.console import PROBLEMS_FOUND, SKIPPED, UsageMistake, counted, say, say_json

if TYPE_CHECKING:
    from contact_sync.warehouse.database import Warehouse
    from contact_sync.warehouse.suppressions import SuppressionResult, UnsuppressResult

Kinds = ("blocked", "registry")

Addresses = Annotated[
    str,
    typer.Argument(
        metavar="ADDRESS|FILE", help="An address or contact id, a file with one a line, or - for standard input."
    ),
]


def suppress(
    addresses: Addresses,
    kind: Annotated[
        str,
        typer.Option(
            "--as", help="blocked, or registry (such as a do-not-mail registry).", autocompletion=lambda: list(Kinds)
        ),
    ],
    reason: Reason,
    output: AsOutput = Output.TEXT,
) -> None:
    """Never mail these addresses again: later fetches count them as ignored, do_not_mail."""
    from contact_sync.cli.connections import open_warehouse_at_hand, person
    from contact_sync.config.base import close_match

    if kind not in Kinds:
        close = close_match(kind, Kinds)
        hint = f" Did you mean '{close}'?" if close else ""
        raise UsageMistake(f"--as: '{kind}' is not a kind. Allowed: {', '.join(Kinds)}.{hint}")
    lines = read_addresses(addresses)
    warehouse = open_warehouse_at_hand()
    from contact_sync.warehouse.suppressions import suppress as store

    result = store(warehouse, _addresses(warehouse, lines), kind, given_reason(reason), person())
    if output is Output.JSON:
        say_json({"kind": kind, **_suppressed(lines, result)})
    else:
        say(f"{result.added:,} suppressed as {kind}, {result.already:,} were already.")
    unclear = {position: had for position, had in result.former.items() if len(had) > 1}
    for position, (had, *_) in result.former.items():
        if position not in unclear and output is Output.TEXT:
            say(f"Nobody has the address of {_lines(lines, [position])} now; contact {had} had it before and is meant.")
    for position, several in unclear.items():
        say(
            f"Nobody has the address of {_lines(lines, [position])} now, and contacts {', '.join(map(str, several))} "
            "had it before: only the address is suppressed. For the person give the contact id instead.",
            error=True,
        )
    if result.invalid:
        say(f"Not understood as addresses: {_lines(lines, result.invalid)}. Nothing was written for them.", error=True)
    if result.invalid or unclear:
        raise typer.Exit(PROBLEMS_FOUND)


def unsuppress(
    addresses: Addresses,
    reason: Reason,
    force: Annotated[bool, typer.Option("--force", help="Also lift complaint and erased.")] = False,
    output: AsOutput = Output.TEXT,
) -> None:
    """Lift suppressions by hand. Complaints and erased people need --force."""
    from contact_sync.cli.connections import open_warehouse_at_hand, person, secrets_at_hand

    lines = read_addresses(addresses)
    warehouse = secrets_at_hand(open_warehouse_at_hand())
    from contact_sync.warehouse.suppressions import unsuppress as lift

    entries = _addresses(warehouse, lines)
    result = lift(warehouse, entries, given_reason(reason), person(), force=force)
    if output is Output.JSON:
        say_json(_lifted(lines, result))
    else:
        say(f"{counted(result.lifted, 'suppression')} lifted.")
        if result.not_found:
            say(f"Not suppressed: {_lines(lines, result.not_found)}.")
    if result.needs_force:
        kept = _lines(lines, result.needs_force)
        say(f"Complaint or erased, still suppressed: {kept}. Lift these too with: --force", error=True)
    if result.invalid:
        say(f"Not understood as addresses: {_lines(lines, result.invalid)}.", error=True)
    if result.needs_force or result.invalid:
        raise typer.Exit(PROBLEMS_FOUND if result.lifted or result.invalid else SKIPPED)


def read_addresses(given: str) -> list[tuple[int, str]]:
    """(line number from 1, text) of every line that is neither blank nor a # comment.

    Raises UsageMistake if `given` is neither an address, nor a contact id, nor a readable UTF-8 file, or holds none.
    """
    from contact_sync.warehouse import people

    named = "standard input" if given == "-" else "the file" if "@" in given else f"the file '{given}'"
    try:
        if given == "-":
            text = sys.stdin.read()
            text.encode()  # in some locales, bytes that are no text are read all the same
        elif _is_file(given):
            text = Path(given).read_text(encoding="utf-8-sig")
        elif "@" in given or people.is_contact_id(given):
            return [(1, given)]
        else:
            raise UsageMistake(f"'{given}' is neither an address (no @), nor a contact id, nor a file.")
    except UnicodeError:
        raise UsageMistake(f"{named} is not UTF-8. Save it in that encoding.") from None
    except OSError as error:
        raise UsageMistake(f"{named} cannot be read: {(error.strerror or '').lower()}.") from None
    numbered = enumerate((line.strip() for line in text.splitlines()), start=1)
    lines = [(number, line) for number, line in numbered if line and not line.startswith("#")]
    if not lines:
        raise UsageMistake(f"{named} holds no addresses. Write one a line.")
    return lines


def _addresses(warehouse: "Warehouse", lines: list[tuple[int, str]]) -> list[str]:
    """The entries, with the present address in the place of each contact id. Raises ConfigError for an unknown one."""
    from contact_sync.warehouse import people

    ids = [int(text) for _, text in lines if people.is_contact_id(text)]
    theirs = dict(zip(ids, people.addresses(warehouse, ids), strict=True)) if ids else {}
    return [theirs[int(text)] if people.is_contact_id(text) else text for _, text in lines]


def _is_file(given: str) -> bool:
    try:
        return Path(given).is_file()
    except OSError:
        if "@" in given:  # such as too long for a file name: an address then, which is judged later
            return False
        raise


def _suppressed(lines: list[tuple[int, str]], result: "SuppressionResult") -> dict[str, Any]:
    """JSON-ready; addresses are named by their lines."""
    had = [{"line": lines[position - 1][0], "contacts": ids} for position, ids in result.former.items()]
    invalid = [lines[position - 1][0] for position in result.invalid]
    return {"added": result.added, "already": result.already, "had_before": had, "invalid_lines": invalid}


def _lifted(lines: list[tuple[int, str]], result: "UnsuppressResult") -> dict[str, Any]:
    """JSON-ready; addresses are named by their lines."""
    parts = {"not_found": result.not_found, "needs_force": result.needs_force, "invalid": result.invalid}
    by_line = {f"{name}_lines": [lines[position - 1][0] for position in found] for name, found in parts.items()}
    return {"lifted": result.lifted, **by_line}


def _lines(lines: list[tuple[int, str]], positions: Sequence[int]) -> str:
    """Which lines of the input the entries at these positions (from 1) came from, never what they say."""
    numbers = [str(lines[position - 1][0]) for position in positions]
    more = f" and {len(numbers) - 20:,} more" if len(numbers) > 20 else ""
    return f"line{'s' if len(numbers) > 1 else ''} {', '.join(numbers[:20])}{more}"
