"""Member statuses that were written to Recruit: the records behind each number of the page of pushes (CAMP-4).

An account's may be read by whoever may read a sync of it, or its DAG push_<account>, as its credits. Campaigns are
named to whoever may read campaigns.
"""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response

from contact_sync.web.configured import configured
from contact_sync.web.csv_text import download
from contact_sync.web.paging import one_page
from contact_sync.web.reading import reading, rows
from contact_sync.web.records import OF_PEOPLE, exported, safe
from contact_sync.web.rendering import page
from contact_sync.web.rights import CAMPAIGNS, Asking, Reader

router = APIRouter()

COLUMNS = ("contact_id", "record_id", "campaign", "status", "outcome", "detail", "at")
Word = Annotated[str, Query(max_length=200)]
Choice = dict[str, str]


def chosen(module: Word = "", field: Word = "", status: Word = "", outcome: Word = "", detail: Word = "") -> Choice:
    """Which records a request asks for; an empty word: those without."""
    return {"module": module, "field": field, "status": status, "outcome": outcome, "detail": detail}


Chosen = Annotated[Choice, Depends(chosen)]


def of_account(account: str, asking: Asking) -> Reader:
    """Who asks for an account in the path. Raises 403 unless they may read it, whether or not there is such a one."""
    if account not in readable(asking, {account}):
        raise HTTPException(403, "This page needs the right to read a sync of the account, or its DAG push_<account>.")
    return asking


AskingOfAccount = Annotated[Reader, Depends(of_account)]


def accounts(switches: Iterable[Mapping[str, Any]]) -> set[str]:
    """Those of organisation.yaml, and those of push switches."""
    organisation = configured().organisation
    return {switch["account"] for switch in switches} | set(organisation.accounts if organisation else ())


def readable(asking: Reader, accounts: set[str]) -> set[str]:
    """Those of the accounts that the reader may read."""
    of_files = {(sync.account, sync.sync_id) for sync in configured().syncs.values() if sync.account in accounts}
    may = asking.readable({sync_id for _, sync_id in of_files} | {f"push_{name}" for name in accounts})
    return {name for name in accounts if f"push_{name}" in may} | {name for name, sync_id in of_files if sync_id in may}


@router.get("/statuses/{account}")
def statuses(
    request: Request, account: str, asking: AskingOfAccount, which: Chosen, after: int | None = None
) -> Response:
    """Some of the records."""
    people = asking.sees_people()
    with reading() as connection:
        values = _values(account, which, asking)
        shown = one_page(
            lambda key, size: rows(connection, "status_records", **values, after=key, rows=size), after, "no"
        )
    return page(
        request,
        "statuses.html",
        account=account,
        which=which,
        shown=shown,
        first=after is None,
        people=people,
        section="pushes",
    )


@router.get("/statuses/{account}/records.csv")
def as_csv(account: str, asking: AskingOfAccount, which: Chosen) -> Response:
    """All of them, as a file."""
    people = asking.sees_people()
    found = exported("status_records", "no", _values(account, which, asking))
    return download(safe(f"{account}_statuses"), COLUMNS + (OF_PEOPLE if people else ()), found)


def _values(account: str, which: Choice, asking: Reader) -> dict[str, Any]:
    """The parameters of the statement but for `after` and `rows`."""
    return {"account": account, "people": asking.sees_people(), "campaigns": asking.may_read(CAMPAIGNS), **which}
