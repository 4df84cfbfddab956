"""`contact-sync pushes`: how people stand with each push switch, by reason, and who nearly was pushed (PUSH-4, 11).

And how many records show which member status. Reads the views sync.pushes_by_reason, sync.near_misses and
sync.statuses_by_reason; changes nothing and names nobody.
"""

from itertools import groupby
from typing import Annotated, Any

import typer

from contact_sync.cli.arguments import AsOutput, Output, account_names
from contact_sync.cli.console import console, say, say_json, table
from contact_sync.cli.views import rows_of

_BY_REASON = """
SELECT account, module, response, list_name, enabled, outcome, reason, detail, people
  FROM sync.pushes_by_reason
 WHERE CAST(:account AS text) IS NULL OR account = :account
 ORDER BY account, module, response, list_name, outcome, people DESC, reason, detail
"""
_NEAR_MISSES = """
SELECT account, module, response, list_name, reason, detail, people, told
  FROM sync.near_misses
 WHERE CAST(:account AS text) IS NULL OR account = :account
 ORDER BY people DESC, account, module, response, told
"""


_STATUSES = """
SELECT account, module, field, status, outcome, detail, records
  FROM sync.statuses_by_reason
 WHERE CAST(:account AS text) IS NULL OR account = :account
 ORDER BY account, module, field NULLS FIRST, outcome DESC, records DESC, status, detail
"""


def pushes(
    account: Annotated[
        str | None, typer.Option("--account", help="Only the switches of this account.", autocompletion=account_names)
    ] = None,
    output: AsOutput = Output.TEXT,
) -> None:
    """Show per push switch how many people were pushed, how many were not and why, near misses, member statuses."""
    queries = (_BY_REASON, _NEAR_MISSES, _STATUSES)
    by_reason, near, statuses = rows_of(queries, "sync.statuses_by_reason", account=account)
    if output is Output.JSON:
        say_json({"by_reason": by_reason, "near_misses": near, "statuses": statuses})
        return
    if by_reason:
        _show_switches(by_reason)
    else:
        say("No push has judged anybody yet.")
    for row in near:
        say(f"{_switch(row).splitlines()[0]}: {row['told']}.")
    if statuses:
        _show_statuses(statuses)


def _show_switches(by_reason: list[dict[str, Any]]) -> None:
    result = table("Pushes: how the present members stand", ("Switch", "People", "Outcome"), lines=True)
    for switch, rows in groupby(by_reason, key=_switch):
        of_switch = list(rows)
        result.add_row(
            switch, "\n".join(f"{row['people']:,}" for row in of_switch), "\n".join(map(_outcome, of_switch))
        )
    console().print(result)


def _show_statuses(statuses: list[dict[str, Any]]) -> None:
    result = table("Member statuses: what was last written", ("Where", "Records", "Status"), lines=True)
    for place, rows in groupby(statuses, key=_place):
        of_place = list(rows)
        result.add_row(place, "\n".join(f"{row['records']:,}" for row in of_place), "\n".join(map(_told, of_place)))
    console().print(result)


def _switch(row: dict[str, Any]) -> str:
    off = "" if row.get("enabled", True) else " (off)"
    return f"{row['account']}, {row['module']}, {row['response']}{off}\n{row['list_name']}"


def _place(row: dict[str, Any]) -> str:
    what = row["field"] or "in the campaigns themselves"
    return f"{row['account']}, {row['module']}\n{what}"


def _told(row: dict[str, Any]) -> str:
    return str(row["status"]) if row["outcome"] == "sent" else f"{row['status']} refused: {row['detail']}"


def _outcome(row: dict[str, Any]) -> str:
    why = ", ".join(str(part) for part in (row["reason"], row["detail"]) if part)
    return f"{row['outcome']}: {why}" if why else str(row["outcome"])
