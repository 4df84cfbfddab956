"""API credits: what each account spent, day by day and sync by sync, beside its ceiling (LIM-5).

An account is told to whoever may read a sync of it, or its DAG push_<account>; the credits of syncs that the reader may
not read are added up without their names.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request, Response

from contact_sync.warehouse import statements
from contact_sync.web.configured import configured, zone
from contact_sync.web.reading import reading
from contact_sync.web.reading import rows as read_rows
from contact_sync.web.rendering import page
from contact_sync.web.rights import Asking

router = APIRouter()
DAYS = timedelta(days=14)


@dataclass(slots=True)
class Account:
    """One account. ceiling: credits a day, None for none. days: newest first, each with its lines by sync.

    lately, reserved: credits of the last 24 hours, and those that tasks hold at the moment.
    """

    name: str
    ceiling: int | None
    lately: int = 0
    reserved: int = 0
    days: dict[date, list[dict[str, Any]]] = field(default_factory=dict)


@router.get("/credits")
def credits(request: Request, asking: Asking) -> Response:
    """What the accounts spent in the last fourteen days."""
    since = datetime.now(UTC) - DAYS
    with reading() as connection:
        spent = read_rows(connection, "credits", since=since, timezone=zone().key)
        lately = {row.account: row for row in statements.run(connection, "credits/spent")}
    files = configured()
    profiles = files.organisation.accounts if files.organisation else {}
    of_files = {(sync.account, sync.sync_id) for sync in files.syncs.values()}
    syncs = of_files | {(row["account"], row["sync_id"]) for row in spent if row["sync_id"]}
    names = {row["account"] for row in spent} | set(lately) | set(profiles)
    may = asking.readable({sync_id for _, sync_id in syncs} | {f"push_{name}" for name in names})
    shown = [
        name
        for name in sorted(names)
        if f"push_{name}" in may or any(account == name and sync_id in may for account, sync_id in syncs)
    ]
    accounts = [
        _account(name, profiles[name].credits_a_day if name in profiles else None, lately.get(name), spent, may)
        for name in shown
    ]
    return page(request, "credits.html", accounts=accounts, hidden=len(names) - len(shown), section="credits")


def _account(name: str, ceiling: int | None, lately: Any, spent: list[dict[str, Any]], may: set[str]) -> Account:
    days: dict[date, dict[tuple[str, str | None], dict[str, Any]]] = defaultdict(dict)
    for row in spent:
        if row["account"] == name:
            sync_id = row["sync_id"]
            kind = ("none", None) if sync_id is None else ("sync", sync_id) if sync_id in may else ("hidden", None)
            line = days[row["day"]].setdefault(kind, {"kind": kind[0], "sync_id": kind[1], "credits": 0, "calls": 0})
            line["credits"] += row["credits"]
            line["calls"] += row["calls"]
    return Account(
        name,
        ceiling,
        int(lately.credits) if lately else 0,
        int(lately.reserved) if lately else 0,
        {day: list(lines.values()) for day, lines in days.items()},
    )
