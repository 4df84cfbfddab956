"""`contact-sync pushes`: how people stand with each push switch, by reason, and who nearly was pushed (PUSH-4, 11).

Reads the views sync.pushes_by_reason and sync.near_misses; changes nothing and names nobody.
"""

from itertools import groupby
from typing import Annotated, Any

import typer

from contact_sync.cli.console import console, say, say_json, table
from contact_sync.errors import ConfigError

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


def pushes(
    account: Annotated[str | None, typer.Option("--account", help="Only the switches of this account.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show per push switch how many people were pushed, how many were not and why, and near misses."""
    by_reason, near = _read(account)
    if as_json:
        say_json({"by_reason": by_reason, "near_misses": near})
        return
    if not by_reason:
        say("No push has judged anybody yet.")
        return
    result = table("Pushes: how the present members stand", ("Switch", "People", "Outcome"), lines=True)
    for switch, rows in groupby(by_reason, key=_switch):
        of_switch = list(rows)
        result.add_row(
            switch, "\n".join(f"{row['people']:,}" for row in of_switch), "\n".join(map(_outcome, of_switch))
        )
    console().print(result)
    for row in near:
        say(f"{_switch(row).splitlines()[0]}: {row['told']}.")


def _read(account: str | None) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    from sqlalchemy import text

    from contact_sync.cli.connections import open_warehouse_at_hand

    with open_warehouse_at_hand().transaction() as connection:
        if connection.execute(text("SELECT to_regclass('sync.near_misses')")).scalar_one() is None:
            raise ConfigError("The warehouse has no push views yet. Run: contact-sync warehouse migrate")
        found = [connection.execute(text(query), {"account": account}) for query in (_BY_REASON, _NEAR_MISSES)]
        by_reason, near = ([dict(row) for row in rows.mappings()] for rows in found)
    return by_reason, near


def _switch(row: dict[str, Any]) -> str:
    off = "" if row.get("enabled", True) else " (off)"
    return f"{row['account']}, {row['module']}, {row['response']}{off}\n{row['list_name']}"


def _outcome(row: dict[str, Any]) -> str:
    why = ", ".join(str(part) for part in (row["reason"], row["detail"]) if part)
    return f"{row['outcome']}: {why}" if why else str(row["outcome"])
