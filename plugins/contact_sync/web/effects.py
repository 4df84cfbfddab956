"""What else a fetch did than judge records: the rows behind each of its other numbers, on pages and as CSV (OPS-8).

Ids for whoever may read the sync; names and addresses for those alone who may see people.
"""

from dataclasses import dataclass
from typing import Any, Literal

from fastapi import APIRouter, HTTPException, Request, Response

from contact_sync.web.calls import ANY, by_endpoint
from contact_sync.web.csv_text import download
from contact_sync.web.fetches import fetch_of
from contact_sync.web.paging import one_page
from contact_sync.web.reading import reading, rows
from contact_sync.web.records import OF_PEOPLE, exported, safe
from contact_sync.web.rendering import page
from contact_sync.web.rights import AskingOfSync

router = APIRouter()

What = Literal["joined", "removals", "pushed", "calls"]
Only = Literal["", "ended", "waiting", "pushed", "not_pushed", "unknown"]


@dataclass(frozen=True, slots=True)
class Effect:
    """A kind of rows. told: a sentence about them. only: what of them may be asked for. of_people: whether they are
    about people.
    """

    statement: str
    title: str
    told: str
    columns: tuple[str, ...]
    only: tuple[str, ...] = ()
    of_people: bool = True


EFFECTS: dict[str, Effect] = {
    "joined": Effect(
        "did_joined",
        "Who joined",
        "Whose membership it began, as it stands now. Who left and came again by a later fetch is told there.",
        ("contact_id", "status", "reason", "since"),
    ),
    "removals": Effect(
        "did_removals",
        "Removals",
        "Memberships that options ended, or would end once a person approves, and what has become of that.",
        ("contact_id", "record_id", "reason", "reach", "state", "decided_at", "decided_by"),
        ("ended", "waiting"),
    ),
    "pushed": Effect(
        "did_pushed",
        "Who was pushed",
        "What its push made of each person, where that changed; unknown: no answer came.",
        ("contact_id", "module", "response", "outcome", "reason", "detail", "status", "record_id", "at"),
        ("pushed", "not_pushed", "unknown"),
    ),
    "calls": Effect(
        "calls",
        "Calls to Zoho",
        "Single calls are kept for ninety days; the sums stay.",
        ("account", "at", "method", "path", "status", "rows", "cost", "seconds"),
        of_people=False,
    ),
}


@router.get("/syncs/{sync_id}/fetches/{fetch_id}/did/{what}")
def effect(
    request: Request,
    sync_id: str,
    fetch_id: int,
    what: What,
    asking: AskingOfSync,
    only: Only = "",
    after: int | None = None,
) -> Response:
    """Some of the rows."""
    kind = EFFECTS[what]
    people = asking.sees_people()
    with reading() as connection:
        fetch = fetch_of(connection, sync_id, fetch_id)
        values = _values(kind, fetch_id, only, people)
        endpoints = by_endpoint(connection, fetch_id=fetch_id) if what == "calls" else []
        found = one_page(
            lambda key, size: rows(connection, kind.statement, **values, after=key, rows=size), after, "no"
        )
    return page(
        request,
        "effect.html",
        sync_id=sync_id,
        fetch=fetch,
        what=what,
        kind=kind,
        only=only or None,
        endpoints=endpoints,
        columns=_columns(kind, people),
        shown=found,
        first=after is None,
        people=people,
        section="",
    )


@router.get("/syncs/{sync_id}/fetches/{fetch_id}/did/{what}/rows.csv")
def as_csv(sync_id: str, fetch_id: int, what: What, asking: AskingOfSync, only: Only = "") -> Response:
    """All of them, as a file."""
    kind = EFFECTS[what]
    people = asking.sees_people()
    with reading() as connection:
        fetch_of(connection, sync_id, fetch_id)
    found = exported(kind.statement, "no", _values(kind, fetch_id, only, people))
    name = "_".join(filter(None, (sync_id, f"fetch_{fetch_id}", what, only)))
    return download(safe(name), _columns(kind, people), found)


def _values(kind: Effect, fetch_id: int, only: str, people: bool) -> dict[str, Any]:
    """The parameters of the statement but for `after` and `rows`. Raises 400 for what is not to be had of this kind."""
    if only and only not in kind.only:
        raise HTTPException(400, "The address of this page is not one of ours.")
    chosen = {"only": only or None} if kind.only else {}
    whose = {"people": people} if kind.of_people else ANY
    return {**whose, **chosen, "fetch_id": fetch_id}


def _columns(kind: Effect, people: bool) -> tuple[str, ...]:
    """Names and addresses stand behind the contact."""
    return (*kind.columns[:1], *OF_PEOPLE, *kind.columns[1:]) if kind.of_people and people else kind.columns
