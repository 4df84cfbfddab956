"""One record of a sync: what each fetch made of it, and each condition of the criteria as true or false (CRIT-6).

From the ledger; judging a record as the source has it now needs a call, which no page makes: `explain-record` does.
"""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from contact_sync.core.person_words import outcome_words
from contact_sync.core.story_told import proof
from contact_sync.web.reading import reading, rows
from contact_sync.web.records import sight, told
from contact_sync.web.rendering import page
from contact_sync.web.rights import AskingOfSync

router = APIRouter()

MOST = 1_000
SOME = 100


@router.get("/syncs/{sync_id}/record")
def record(
    request: Request,
    sync_id: str,
    asking: AskingOfSync,
    record_id: Annotated[str, Query(max_length=100)] = "",
    most: Annotated[int, Query(ge=1, le=MOST)] = SOME,
) -> Response:
    """What fetches made of a record, the newest first. most: how many of them."""
    wanted = record_id.strip()
    with reading() as connection:
        seen = sight(connection, asking)
        found = rows(connection, "record", sync_id=sync_id, record_id=wanted, most=most + 1) if wanted else []
    return page(
        request,
        "record.html",
        404 if wanted and not found else 200,
        sync_id=sync_id,
        record_id=wanted,
        outcomes=[{**row, "in_words": outcome_words(row), "proof": proof(told(row, seen))} for row in found[:most]],
        more=MOST if len(found) > most and most < MOST else None,
        people=seen.people,
        section="",
    )
