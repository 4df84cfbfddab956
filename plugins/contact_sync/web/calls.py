"""The calls behind the credits of an account: of one day and one sync, by endpoint and one by one (LIM-5).

Calls of a sync are for who may read it; those outside any, such as of commands, for who may read the account.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy import Connection

from contact_sync.web.configured import zone
from contact_sync.web.csv_text import download
from contact_sync.web.paging import one_page
from contact_sync.web.reading import reading, rows
from contact_sync.web.records import NO_SUB_CODE, exported, safe
from contact_sync.web.rendering import page
from contact_sync.web.rights import Asking
from contact_sync.web.statuses import of_account

router = APIRouter()

COLUMNS = ("account", "at", "method", "path", "status", "rows", "cost", "seconds")
ANY: dict[str, Any] = dict.fromkeys(("fetch_id", "account", "since", "until", "sync_id"))


@dataclass(frozen=True, slots=True)
class Spent:
    """Which calls: of an account, on a day; sync_id: of fetches of this sync, a dash: outside any."""

    account: str
    day: date
    sync_id: str

    def values(self) -> dict[str, Any]:
        """As the statements take it. Days are those of the organisation's time zone."""
        days = {"since": self.day, "until": self.day + timedelta(days=1)}
        moments = {name: datetime.combine(day, time.min, zone()) for name, day in days.items()}
        sync_id = "" if self.sync_id == NO_SUB_CODE else self.sync_id
        return {**ANY, "account": self.account, **moments, "sync_id": sync_id}


def spent(
    account: str, day: date, asking: Asking, sync_id: Annotated[str, Query(max_length=250)] = NO_SUB_CODE
) -> Spent:
    """Which calls a request asks for. Raises 403 for what the reader may not read."""
    if sync_id != NO_SUB_CODE:
        asking.must_read(sync_id)
        return Spent(account, day, sync_id)
    of_account(account, asking)
    return Spent(account, day, sync_id)


Asked = Annotated[Spent, Depends(spent)]


@router.get("/credits/{account}/calls")
def calls(request: Request, which: Asked, after: int | None = None) -> Response:
    """Some of them; above all by endpoint."""
    values = which.values()
    with reading() as connection:
        endpoints = by_endpoint(connection, **values)
        shown = one_page(lambda key, size: rows(connection, "calls", **values, after=key, rows=size), after, "no")
    return page(
        request,
        "calls.html",
        which=which,
        whose="outside any sync" if which.sync_id == NO_SUB_CODE else f"of {which.sync_id}",
        endpoints=endpoints,
        shown=shown,
        first=after is None,
        section="credits",
    )


@router.get("/credits/{account}/calls/rows.csv")
def as_csv(which: Asked) -> Response:
    """All of them, as a file."""
    found = exported("calls", "no", which.values())
    return download(safe(f"calls_{which.account}_{which.day}_{which.sync_id}"), COLUMNS, found)


def by_endpoint(connection: Connection, **which: Any) -> list[dict[str, Any]]:
    """Calls and credits of each endpoint. which: parameters of its statement; one that is missing asks for any."""
    return rows(connection, "calls_by_endpoint", **{**ANY, **which})
