"""`contact-sync explain`: one person's story, or why they are not in a list (OPS-3).

A person is given by contact id or address, the address by standard input if it is not to stay in a shell's history. It
shows personal data to who asked, on stdout; messages repeat no address. Only reads.
"""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from contact_sync.cli.arguments import AsOutput, Output, list_names
from contact_sync.cli.console import UsageMistake, clock, say, say_json
from contact_sync.cli.suppressions import read_addresses
from contact_sync.paths import include_folder

if TYPE_CHECKING:
    from contact_sync.core.story import Story


def explain(
    person: Annotated[
        str, typer.Argument(metavar="PERSON", help="Contact id, e-mail address, or - to read it from standard input.")
    ],
    list_name: Annotated[
        list[str] | None,
        typer.Option(
            "--list",
            metavar="LIST",
            help="Only why they are, or are not, in this list.",
            autocompletion=list_names,
        ),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many outcomes of fetches, newest first.")] = 50,
    output: AsOutput = Output.TEXT,
) -> None:
    """Tell one person's story: every fetch's outcome, lists, suppressions, addresses, campaigns, pushes."""
    from contact_sync.cli.connections import open_warehouse_at_hand, secrets_at_hand
    from contact_sync.core.story_told import ERASED
    from contact_sync.warehouse.story import story

    given = _one(person)
    found = story(secrets_at_hand(open_warehouse_at_hand()), given, limit)
    if list_name and not found.erased:
        found = replace(found, lists=_chosen(found.lists, list_name))
    if output is Output.JSON:
        say_json(_as_json(found, only_lists=bool(list_name)))
    elif found.erased:
        say(ERASED)
    else:
        _print(found, only_lists=bool(list_name))


def _one(given: str) -> str:
    """The person, read from standard input if asked to. Raises UsageMistake unless it is exactly one."""
    if given != "-":
        return given
    lines = read_addresses(given)
    if len(lines) != 1:
        raise UsageMistake(f"standard input holds {len(lines)} lines. People are explained one at a time.")
    return lines[0][1]


def _chosen(lists: Sequence[Any], names: Sequence[str]) -> list[Any]:
    """The rows of these lists. Raises UsageMistake that names the close match."""
    from contact_sync.config.base import close_match

    by_name = {row["list_name"]: row for row in lists}
    for name in names:
        if name.strip() not in by_name:
            close = close_match(name, by_name)
            hint = f" Did you mean '{close}'?" if close else ""
            known = ", ".join(f"'{each}'" for each in list(by_name)[:20]) or "none yet"
            raise UsageMistake(f"there is no list '{name}'.{hint} Lists: {known}.")
    return [by_name[name.strip()] for name in names]


def _print(found: "Story", *, only_lists: bool) -> None:
    from contact_sync.cli.plan_view import print_text
    from contact_sync.core.story_told import lists_section, sections

    zone = _zone()

    def local(moment: datetime | None) -> str:
        return clock(moment, zone)

    told = [lists_section(found, local, zone.key)] if only_lists else sections(found, local, zone.key)
    print_text(told)


def _as_json(found: "Story", *, only_lists: bool) -> dict[str, Any]:
    """The story's rows; with `why` as a sentence for each list, times in UTC."""
    from contact_sync.core.person_words import list_sentence

    if found.erased:
        return {"erased": True}

    def utc(moment: datetime | None) -> str:
        return moment.isoformat() if moment else "–"

    lists = [{**row, "why": list_sentence(row, utc)} for row in found.lists]
    return {"contact_id": found.contact_id, "lists": lists} if only_lists else {**asdict(found), "lists": lists}


def _zone() -> ZoneInfo:
    from contact_sync.config.loader import read_organisation

    organisation, _ = read_organisation(include_folder())
    return ZoneInfo(organisation.timezone if organisation else "Etc/UTC")
