"""`contact-sync explain-record`: each condition of a sync's criteria as true or false, for one record (CRIT-6).

Reads the record and its related ones as they are at the source now, and judges them as a fetch does; writes nothing but
the ledger of calls. Refuses syncs without criteria.
"""

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from contact_sync.cli.arguments import AsOutput, Output, sync_names
from contact_sync.cli.console import console, say, say_json, table
from contact_sync.errors import ConfigError
from contact_sync.paths import include_folder

if TYPE_CHECKING:
    from contact_sync.config.resolved import ResolvedSync
    from contact_sync.core.criteria.model import Criteria
    from contact_sync.stages.scope import JoinedVerdict


def explain_record(
    sync_id: Annotated[
        str, typer.Argument(metavar="SYNC", help="Id of a sync with criteria.", autocompletion=sync_names)
    ],
    record_id: Annotated[str, typer.Argument(metavar="RECORD_ID", help="Id of a record at the source.")],
    output: AsOutput = Output.TEXT,
) -> None:
    """Show which conditions of a sync one record meets, as it is at the source now."""
    from contact_sync.cli.find import find_sync

    sync = find_sync(sync_id, include_folder())
    if sync.criteria is None:
        raise ConfigError(
            f"'{sync_id}' reads {sync.scope} of {sync.module} and has no criteria, so there is nothing to explain. "
            "What became of a record: sync.ledger, by record_id. Syncs with criteria: contact-sync list"
        )
    row, verdicts = _judged(sync, sync.criteria, record_id)
    left_out = row.get("$approved") is False and sync.unapproved == "skip"
    if output is Output.JSON:
        say_json({**_as_json(sync.criteria, verdicts), "left_out_unapproved": left_out})
        return
    for at, verdict in enumerate(verdicts, start=1):
        title = f"Record {record_id}" + (f", with related records {at} of {len(verdicts)}" if len(verdicts) > 1 else "")
        _show(title, sync.criteria, verdict)
    in_scope = any(verdict.in_scope for verdict in verdicts)
    say(f"Pattern {sync.criteria.pattern}: the record is {'in scope' if in_scope else 'out of scope'}.")
    if left_out:
        say("It waits for approval, and this sync leaves such records out (unapproved: skip).")


def _judged(sync: "ResolvedSync", criteria: "Criteria", record_id: str) -> "tuple[dict[str, Any], list[JoinedVerdict]]":
    """The record as the source has it now, and how each of its joined rows stands to the criteria."""
    from contact_sync.cli.connections import open_warehouse_at_hand, recruit_client, secrets_at_hand
    from contact_sync.stages.scope import Scope

    with recruit_client(sync.account, secrets_at_hand(open_warehouse_at_hand())) as client:
        scope = Scope(client, sync, criteria)
        row = client.record(sync.module, record_id) if record_id.isdecimal() else None
        if row is None:
            raise ConfigError(
                f"{sync.module} of '{sync.account}' has no record with the id '{record_id}'. Ids are digits only; the "
                "one of a record is in the address of its page in Recruit."
            )
        return row, scope.explain(row)


def _show(title: str, criteria: "Criteria", verdict: "JoinedVerdict") -> None:
    shown = table(title, ("#", "Condition", "Value at the source", "Holds"), numbers=("#",))
    for condition in criteria.conditions:
        value = verdict.values[condition.field]
        holds = Text("true", "green") if verdict.met[condition.number] else Text("false", "red")
        cells = (str(condition.number), condition.in_words, "(empty)" if value is None else value)
        shown.add_row(*map(Text, cells), holds)  # as Text, for values may hold what Rich takes for markup
    console().print(shown)


def _as_json(criteria: "Criteria", verdicts: "list[JoinedVerdict]") -> dict[str, object]:
    return {
        "pattern": criteria.pattern,
        "in_scope": any(verdict.in_scope for verdict in verdicts),
        "rows": [
            {
                "in_scope": verdict.in_scope,
                "conditions": [
                    {
                        "number": condition.number,
                        "condition": condition.in_words,
                        "value": verdict.values[condition.field],
                        "holds": verdict.met[condition.number],
                    }
                    for condition in criteria.conditions
                ],
            }
            for verdict in verdicts
        ],
    }
