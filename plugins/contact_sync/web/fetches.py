"""One fetch: what it read and when, what became of the records, and every number as a link to them (OPS-1, OPS-8)."""

from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response
from sqlalchemy import Connection

from contact_sync.web.reading import one, reading, rows
from contact_sync.web.rendering import page
from contact_sync.web.rights import AskingOfSync

router = APIRouter()

_DUPLICATE = {"outcome": "duplicate"}
NUMBERS: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    ("read", "Read", "Records read: total and out of scope.", {"outcome": "read"}),
    ("total", "Total", "New, re-added, duplicate and ignored.", {"outcome": "total"}),
    ("new", "New", "Added to the organisation.", {"outcome": "new"}),
    ("re_added", "Re-added", "Had been deleted from the organisation, added again.", {"outcome": "re_added"}),
    ("duplicate", "Duplicate", "Already in the organisation.", _DUPLICATE),
    ("duplicate_in_list", "… in this list", "Already in this list.", {**_DUPLICATE, "reason": "in_list"}),
    ("duplicate_other_list", "… in another list", "Not in this list.", {**_DUPLICATE, "reason": "other_list"}),
    ("duplicate_no_list", "… in no list", "Only in the organisation.", {**_DUPLICATE, "reason": "no_list"}),
    ("changed", "Changed", "Duplicates that brought a changed value.", {**_DUPLICATE, "changed": "true"}),
    ("ignored", "Ignored", "Not added; the reasons are below.", {"outcome": "ignored"}),
    ("out_of_scope", "Out of scope", "Read, but not in the scope of the sync.", {"outcome": "out_of_scope"}),
    ("deleted", "Deleted", "Deletions at the source that were applied.", {"outcome": "deleted"}),
)
"""Counters that are counts of records in the ledger: column, name, meaning, and which records."""
OTHERS = (
    ("joined", "Joined", "Memberships that began.", "joined", None),
    ("removed", "Removed", "Memberships that options ended.", "removals", "ended"),
    ("pending_removals", "Waiting removals", "Memberships that wait for a person's answer.", "removals", "waiting"),
    ("pushed", "Pushed", "Leads pushed to Recruit.", "pushed", "pushed"),
    ("credits", "API credits", "What its calls to Zoho cost.", "calls", None),
    ("calls", "Calls", "Calls to Zoho.", "calls", None),
)
"""Its other counters: column, name, meaning, the rows of effects.py, and which of them."""


@router.get("/syncs/{sync_id}/fetches/{fetch_id}")
def one_fetch(request: Request, sync_id: str, fetch_id: int, asking: AskingOfSync) -> Response:
    """One fetch of a sync."""
    with reading() as connection:
        fetch = fetch_of(connection, sync_id, fetch_id)
        reasons = rows(connection, "reasons", fetch_id=fetch_id)
    return page(
        request,
        "fetch.html",
        sync_id=sync_id,
        fetch=fetch,
        numbers=NUMBERS,
        others=OTHERS,
        ignored=[row for row in reasons if row["outcome"] == "ignored"],
        out_of_scope=[row for row in reasons if row["outcome"] == "out_of_scope"],
        section="",
    )


def fetch_of(connection: Connection, sync_id: str, fetch_id: int) -> dict[str, Any]:
    """The fetch. Raises 404 if the sync has none of that number."""
    fetch = one(connection, "fetch", sync_id=sync_id, fetch_id=fetch_id)
    if fetch is None:
        raise HTTPException(404, f"The sync '{sync_id}' has no fetch {fetch_id}.")
    return fetch
