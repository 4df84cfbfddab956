"""Pushes to Recruit: how the members of each switch's list stand, by reason, with near misses (PUSH-4, PUSH-11).

A switch may be read by whoever may read a sync that has fed its list, or the DAG push_<account>; the others are
counted.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response
from sqlalchemy import Connection

from contact_sync.web import statuses
from contact_sync.web.csv_text import download
from contact_sync.web.paging import one_page
from contact_sync.web.reading import reading, rows
from contact_sync.web.records import NO_SUB_CODE, OF_PEOPLE, exported
from contact_sync.web.rendering import page
from contact_sync.web.rights import Asking, Reader

router = APIRouter()

COLUMNS = ("contact_id", "at", "outcome", "reason", "detail", "status", "record_id")
Word = Annotated[str | None, Query(max_length=200)]
Choice = dict[str, str | None]


def chosen(outcome: Word = None, reason: Word = None, detail: Word = None) -> Choice:
    """Which people a request asks for; None for any, a dash for those without."""
    return {"outcome": outcome or None, "reason": reason or None, "detail": detail or None}


Chosen = Annotated[Choice, Depends(chosen)]


@router.get("/pushes")
def pushes(request: Request, asking: Asking) -> Response:
    """Every switch that the reader may read."""
    with reading() as connection:
        every = rows(connection, "switches")
        switches = _readable(every, asking)
        numbers = [switch["switch_no"] for switch in switches]
        standing = rows(connection, "pushes", switches=numbers)
        near = rows(connection, "near_misses", switches=numbers)
        written = rows(connection, "statuses", accounts=sorted(statuses.readable(asking, statuses.accounts(every))))
    for switch in switches:
        switch["standing"] = [row for row in standing if row["switch_no"] == switch["switch_no"]]
        switch["near"] = [row for row in near if row["switch_no"] == switch["switch_no"]]
    return page(
        request,
        "pushes.html",
        switches=switches,
        hidden=len(every) - len(switches),
        statuses=written,
        none_word=NO_SUB_CODE,
        section="pushes",
    )


@router.get("/pushes/{switch_no}")
def people_of(request: Request, switch_no: int, asking: Asking, which: Chosen, after: int | None = None) -> Response:
    """The people behind a number."""
    people = asking.sees_people()
    with reading() as connection:
        switch = _switch(connection, switch_no, asking)
        shown = one_page(
            lambda key, size: rows(
                connection, "pushed_people", **_values(switch_no, which, people), after=key, rows=size
            ),
            after,
            "contact_id",
        )
    return page(
        request,
        "pushed_people.html",
        switch=switch,
        which=which,
        shown=shown,
        first=after is None,
        people=people,
        section="pushes",
    )


@router.get("/pushes/{switch_no}/people.csv")
def as_csv(switch_no: int, asking: Asking, which: Chosen) -> Response:
    """All of them, as a file."""
    people = asking.sees_people()
    with reading() as connection:
        _switch(connection, switch_no, asking)
    found = exported("pushed_people", "contact_id", _values(switch_no, which, people))
    return download(f"push_switch_{switch_no}", COLUMNS + (OF_PEOPLE if people else ()), found)


def _values(switch_no: int, which: Choice, people: bool) -> dict[str, Any]:
    named = {name: "" if value == NO_SUB_CODE else value for name, value in which.items()}
    return {"switch_no": switch_no, "people": people, **named}


def _readable(switches: list[dict[str, Any]], asking: Reader) -> list[dict[str, Any]]:
    dags = {switch["switch_no"]: {f"push_{switch['account']}", *switch["sync_ids"]} for switch in switches}
    may = asking.readable(set().union(*dags.values()))
    return [switch for switch in switches if dags[switch["switch_no"]] & may]


def _switch(connection: Connection, switch_no: int, asking: Reader) -> dict[str, Any]:
    """The switch. Raises 403 if there is none of that number that the reader may read."""
    for switch in _readable(rows(connection, "switches"), asking):
        if switch["switch_no"] == switch_no:
            return switch
    raise HTTPException(403, f"There is no push switch {switch_no}, or you may not read any DAG that it belongs to.")
