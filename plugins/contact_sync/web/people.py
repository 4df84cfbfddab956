"""One person's story (OPS-3): by contact id, which links name, or by address, which is sent in the body of a form.

All of it needs the right to read contact_sync_admin. What syncs did that the reader may not read is counted, not shown
(OPS-8). An address stands in no URL, and in no log of ours; whoever is known by address only is found if the API server
has CONTACT_SYNC_KEY.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from contact_sync.core.sections import Section
from contact_sync.core.story import Story
from contact_sync.core.story_told import ERASED, NO_OUTCOME, UNKNOWN, sections
from contact_sync.errors import ConfigError
from contact_sync.warehouse.secrets import hash_key_if_any
from contact_sync.warehouse.story import story_of
from contact_sync.web.configured import zone
from contact_sync.web.reading import reading, warehouse_with_key
from contact_sync.web.records import OTHER_SYNC, Sight, shown, sight
from contact_sync.web.rendering import page
from contact_sync.web.rights import ADMIN, Asking, Reader

router = APIRouter()

MOST = 1_000
SOME = 100
LONGEST = 1_000
"""Bytes of a form; an address is shorter."""
NAMED = ("sync_id", "joined_by_sync", "option_sync")
"""Columns of a story's rows that hold the id of a sync."""


def of_people(asking: Asking) -> Reader:
    """Who asks for a person. Raises 403 unless they may read contact_sync_admin."""
    asking.must_read(ADMIN)
    return asking


AskingOfPeople = Annotated[Reader, Depends(of_people)]


@router.get("/people")
def form(request: Request, asking: AskingOfPeople) -> Response:
    """Whom to look for."""
    return page(request, "people.html", problem=None, section="people")


@router.post("/people")
async def find(request: Request, asking: AskingOfPeople) -> Response:
    """The story of whom the form names; writes nothing, but addresses belong into no URL."""
    body = await request.body()
    if len(body) > LONGEST:
        raise HTTPException(413, "An address or a contact id is shorter.")
    who = parse_qs(body.decode("utf-8", "replace")).get("who", [""])[0].strip()
    return await run_in_threadpool(_found, request, asking, who)


@router.get("/people/{contact_id}")
def person(
    request: Request, contact_id: int, asking: AskingOfPeople, most: Annotated[int, Query(ge=1, le=MOST)] = SOME
) -> Response:
    """The story of a contact. most: outcomes of fetches, the newest first."""
    return _told(request, asking, str(contact_id), most)


def _found(request: Request, asking: Reader, who: str) -> Response:
    try:
        return _told(request, asking, who, SOME)
    except HTTPException as missing:
        return page(request, "people.html", missing.status_code, problem=missing.detail, section="people")


def _told(request: Request, asking: Reader, who: str, most: int) -> Response:
    """Raises 404 where nobody is meant: the message repeats no address."""
    with reading() as connection:
        seen = sight(connection, asking)
        keyed = warehouse_with_key()
        secret = hash_key_if_any(keyed) if keyed.keys else None
        try:
            found = story_of(connection, who, secret, most, keyed=bool(keyed.keys))
        except ConfigError as error:
            words = str(error)
            raise HTTPException(404, words[:1].upper() + words[1:]) from None
    readable, unread = _readable(found, seen)
    here = zone()

    def clock(moment: datetime | None) -> str:
        return "–" if moment is None else f"{moment.astimezone(here):%Y-%m-%d %H:%M}"

    return page(
        request,
        "person.html",
        contact_id=found.contact_id,
        erased=ERASED if found.erased else None,
        sections=[] if found.erased else _without_none(sections(readable, clock, here.key), unread),
        unread=unread,
        more=MOST if found.more and found.contact_id is not None and most < MOST else None,
        section="people",
    )


def _readable(found: Story, seen: Sight) -> tuple[Story, int]:
    """The story without outcomes of syncs that the reader may not read, and how many those are; nor does a list tell
    by such an outcome why somebody is not in it. Elsewhere, where a row tells of more than the sync, another word
    stands for its id.
    """
    outcomes = [row for row in found.outcomes if row["sync_id"] in seen.syncs]
    lists = [
        {
            **row,
            "fed_by": [each if each in seen.syncs else OTHER_SYNC for each in row["fed_by"] or ()],
            "last": row["last"] and _named(row["last"], seen),
        }
        for row in _all_named(found.lists, seen)
        if row["status"] is not None or row["last"] is None or row["last"]["sync_id"] in seen.syncs
    ]
    told = replace(
        found,
        outcomes=[_named(row, seen) for row in outcomes],
        lists=lists,
        records=_all_named(found.records, seen),
        addresses=_all_named(found.addresses, seen),
        removals=_all_named(found.removals, seen),
    )
    return told, len(found.outcomes) - len(outcomes)


def _without_none(told: Sequence[Section], unread: int) -> list[Section]:
    """The sections without the word that there is nothing, where there is something that the reader may not read."""
    none = {NO_OUTCOME, UNKNOWN} if unread else set()
    return [replace(each, lines=[line for line in each.lines if line not in none]) for each in told]


def _all_named(rows: Sequence[Any], seen: Sight) -> list[dict[str, Any]]:
    return [_named(row, seen) for row in rows]


def _named(row: Any, seen: Sight) -> dict[str, Any]:
    """A row that names no sync which the reader may not read, in its evidence neither."""
    hidden = {name: OTHER_SYNC for name in NAMED if row.get(name) is not None and row[name] not in seen.syncs}
    return {**row, **hidden, **({"evidence": shown(row["evidence"], seen)} if "evidence" in row else {})}
