"""`contact-sync fields`: what of a source can be mapped, with type and label, and what is mapped already (MAP-5).

Asks the account with the token that all tasks share; of a Creator report the first rows tell its fields. Refuses
reports without a sync: only a sync's file says how its application writes dates.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from contact_sync.cli.arguments import AsOutput, Output, account_names, sync_names
from contact_sync.cli.console import UsageMistake, console, say, say_json, table
from contact_sync.errors import ConfigError
from contact_sync.paths import include_folder

if TYPE_CHECKING:
    from contact_sync.core.mapping_types import FieldMapping

Field = Mapping[str, Any]
Mapped = Mapping[str, Sequence[str]]
"""Source field → contact fields that it fills."""


def fields(
    sync_id: Annotated[
        str | None,
        typer.Argument(metavar="[SYNC]", help="Id of a sync: the fields of its source.", autocompletion=sync_names),
    ] = None,
    account: Annotated[
        str | None, typer.Option("--account", help="An account, with --module.", autocompletion=account_names)
    ] = None,
    module: Annotated[str | None, typer.Option("--module", help="API name of a module of the account.")] = None,
    output: AsOutput = Output.TEXT,
) -> None:
    """List the fields that a source offers to mappings, and what they fill already."""
    if sync_id is not None and account is None and module is None:
        title, offered, mapped = _of_sync(sync_id)
    elif sync_id is None and account is not None and module is not None:
        title, offered, mapped = _of_module(account, module)
    else:
        raise UsageMistake("say what: either SYNC, or --account ACCOUNT with --module MODULE.")
    rows = [_row(field, mapped) for field in sorted(offered, key=lambda each: str(each["api_name"]))]
    if output is Output.JSON:
        say_json(rows)
    elif rows:
        _print(title, rows)
    else:
        say(f"{title}: no record is there yet, and only records tell the fields of a report.")


def _of_sync(sync_id: str) -> tuple[str, Sequence[Field], Mapped]:
    from contact_sync.cli.connections import creator_client, open_warehouse_at_hand, recruit_client, secrets_at_hand
    from contact_sync.cli.find import find_sync
    from contact_sync.core.default_fields import email_line, name_lines
    from contact_sync.core.mapping_types import FieldMapping
    from contact_sync.zoho.creator import Report

    sync = find_sync(sync_id, include_folder())
    warehouse = secrets_at_hand(open_warehouse_at_hand())
    told: list[FieldMapping] = []
    if sync.report is None:
        with recruit_client(sync.account, warehouse) as recruit:
            offered = recruit.fields(sync.module)
        names = name_lines(offered)
    else:
        given = sync.report
        report = Report.of(given.owner, given.application, given.report, given.date_format, given.timezone)
        with creator_client(sync.account, warehouse) as creator:
            offered = creator.fields(report)
            pairs = zip(("first_name", "last_name"), creator.name_fields(report), strict=True)
        names = tuple(FieldMapping(target, source) for target, source in pairs if source)
    if sync.name_by_metadata:
        told += names
    if sync.email_by_metadata:
        try:
            told.append(email_line(offered, sync.module))
        except ConfigError as unclear:  # which field it is to be is what the person came to see
            say(str(unclear), style="yellow", error=True)
    lines = [*told, *sync.mapping]
    return f"{sync.module} of {sync.account}, as {sync_id} maps it", offered, _by_source(offered, lines)


def _of_module(account: str, module: str) -> tuple[str, Sequence[Field], Mapped]:
    from contact_sync.cli.connections import open_warehouse_at_hand, recruit_client, secrets_at_hand
    from contact_sync.cli.find import find_account
    from contact_sync.config.loader import load_syncs

    if find_account(account, include_folder()).kind != "recruit":
        raise UsageMistake(
            f"'{account}' is an account of Zoho Creator: name a sync instead, for only its file says how the "
            "application writes dates. Syncs: contact-sync list"
        )
    with recruit_client(account, secrets_at_hand(open_warehouse_at_hand())) as client:
        offered = client.fields(module)
    syncs = load_syncs(include_folder()).syncs.values()
    mapped: dict[str, list[str]] = defaultdict(list)
    for sync in syncs:
        if (sync.account, sync.module) == (account, module):
            for source, targets in _by_source(offered, sync.mapping).items():
                mapped[source] += [f"{target} ({sync.sync_id})" for target in targets]
    return f"{module} of {account}", offered, mapped


def _by_source(offered: Iterable[Field], lines: "Iterable[FieldMapping]") -> Mapped:
    """What each field fills; a part such as Employer.name counts for its field unless it is one of its own."""
    names = {str(field["api_name"]) for field in offered}
    mapped: dict[str, list[str]] = defaultdict(list)
    for line in lines:
        mapped[line.source if line.source in names else line.source.partition(".")[0]].append(line.target)
    return mapped


def _row(field: Field, mapped: Mapped) -> dict[str, Any]:
    """One field as JSON-ready words. map_as: the type of contact field that takes its values whole."""
    from contact_sync.core.field_types import is_known, usual_type

    name, data_type = str(field["api_name"]), str(field.get("data_type"))
    return {
        "field": name,
        "label": field.get("field_label") or field.get("display_label"),
        "type": data_type,
        "known_type": is_known(data_type),
        "map_as": usual_type(data_type),
        "custom": field.get("custom_field") is True,
        "fills": list(mapped.get(name, ())),
    }


def _print(title: str, rows: Sequence[Mapping[str, Any]]) -> None:
    shown = table(title, ("Field", "Label", "Type", "Map as", "Custom", "Fills"))
    for row in rows:
        kind = row["type"] if row["known_type"] else f"{row['type']} (unknown)"
        cells = (row["field"], row["label"] or "", kind, row["map_as"], "yes" if row["custom"] else "")
        shown.add_row(*map(Text, map(str, cells)), Text("\n".join(row["fills"])))
    console().print(shown)
    say("Map one in the sync's file: mapping: {fields: {contact_field: {source: FIELD, type: MAP_AS}}}", style="dim")
