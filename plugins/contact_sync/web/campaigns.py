"""Campaigns with what their recipients did, and the recipients by response and module (CAMP-6).

Campaigns belong to no sync: reading them needs the right to read mail_events_import, the DAG that takes them in. Names
and addresses of recipients appear for those alone who may see people.
"""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from sqlalchemy import Connection

from contact_sync.web.csv_text import download
from contact_sync.web.paging import one_page
from contact_sync.web.reading import one, reading, rows
from contact_sync.web.records import OF_PEOPLE, exported
from contact_sync.web.rendering import page
from contact_sync.web.rights import AskingOfCampaigns

router = APIRouter()

RESPONSES = ("delivered", "opened", "unopened", "clicked", "bounced", "unsubscribed", "complaint")
MODULES = ("candidates", "contacts")
NUMBERS = (
    ("sent", None), ("delivered", "delivered"), ("opened", "opened"), ("unopened", "unopened"), ("clicked", "clicked"),
    ("bounced", "bounced"), ("unsubscribed", "unsubscribed"), ("complaints", "complaint"),
)  # fmt: skip
"""Columns of the statistics, and the response by which their recipients are found."""
COLUMNS = ("contact_id", "status", "sent_at", "last_response_at", "is_candidate", "is_contact")
_LISTED, _IN_RECRUIT = 50, 200

ResponseWord = Literal["", "delivered", "opened", "unopened", "clicked", "bounced", "unsubscribed", "complaint"]
ModuleWord = Literal["", "candidates", "contacts"]
Choice = dict[str, str | None]


def chosen(response: ResponseWord = "", module: ModuleWord = "") -> Choice:
    """Which recipients a request asks for; None for any."""
    return {"response": response or None, "module": module or None}


Chosen = Annotated[Choice, Depends(chosen)]


@router.get("/campaigns")
def campaigns(request: Request, asking: AskingOfCampaigns, before: int | None = None) -> Response:
    """Campaigns of both origins, newest first; below the first of them what accounts of Recruit have."""
    with reading() as connection:
        listed = one_page(
            lambda key, size: rows(connection, "campaigns", before=key, rows=size), before, "campaign_id", _LISTED
        )
        there = rows(connection, "in_recruit", rows=_IN_RECRUIT) if before is None else []
        readings = rows(connection, "campaign_readings") if before is None else []
    return page(
        request,
        "campaigns.html",
        campaigns=listed,
        numbers=NUMBERS,
        in_recruit=there,
        most=_IN_RECRUIT,
        readings=readings,
        section="campaigns",
    )


@router.get("/campaigns/{campaign_id}")
def one_campaign(
    request: Request, campaign_id: int, asking: AskingOfCampaigns, which: Chosen, after: int | None = None
) -> Response:
    """One campaign: its statistics, and some of its recipients."""
    people = asking.sees_people()
    with reading() as connection:
        campaign = _campaign(connection, campaign_id)
        shown = one_page(
            lambda key, size: rows(
                connection, "recipients", campaign_id=campaign_id, people=people, **which, after=key, rows=size
            ),
            after,
            "contact_id",
        )
    return page(
        request,
        "campaign.html",
        campaign=campaign,
        numbers=NUMBERS,
        which=which,
        responses=RESPONSES,
        modules=MODULES,
        recipients=shown,
        first=after is None,
        people=people,
        section="campaigns",
    )


@router.get("/campaigns/{campaign_id}/recipients.csv")
def as_csv(campaign_id: int, asking: AskingOfCampaigns, which: Chosen) -> Response:
    """All of its recipients of that kind, as a file."""
    people = asking.sees_people()
    with reading() as connection:
        _campaign(connection, campaign_id)
    found = exported("recipients", "contact_id", {"campaign_id": campaign_id, "people": people, **which})
    name = "_".join(filter(None, (f"campaign_{campaign_id}", *which.values())))
    return download(name, COLUMNS + (OF_PEOPLE if people else ()), found)


def _campaign(connection: Connection, campaign_id: int) -> dict[str, Any]:
    campaign = one(connection, "campaign", campaign_id=campaign_id)
    if campaign is None:
        raise HTTPException(404, f"There is no campaign {campaign_id}.")
    return campaign
