"""Campaigns in Recruit: ours and how far they are made there, and Recruit's own as last read (CAMP-2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from contact_sync.warehouse import statements


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign that Recruit is to have. state: of the outbox; None if it was never sent."""

    campaign_id: int
    name: str
    started_at: datetime | None
    completed_at: datetime | None
    state: str | None


@dataclass(frozen=True, slots=True)
class Making:
    """What became of a campaign. state: as in the outbox. detail: why Recruit does not have it."""

    campaign: Campaign
    state: str
    record_id: str | None = None
    detail: str | None = None


def due(connection: Connection, account: str, list_id: int) -> list[Campaign]:
    """Campaigns of the list that are not made in the account yet, or of which nobody knows whether they are."""
    rows = statements.run(connection, "campaigns/due", account=account, list_id=list_id)
    return [Campaign(**row) for row in rows.mappings()]


def note(connection: Connection, account: str, made: Sequence[Making]) -> None:
    """Keep what became of campaigns, or that they are about to be made."""
    if made:
        statements.run(
            connection,
            "campaigns/note",
            account=account,
            campaign_ids=[each.campaign.campaign_id for each in made],
            keys=[each.campaign.name for each in made],
            states=[each.state for each in made],
            record_ids=[each.record_id for each in made],
            details=[each.detail for each in made],
        )


def ours(connection: Connection, account: str) -> set[str]:
    """Ids of the records that we made."""
    return set(statements.run(connection, "campaigns/ours", account=account).scalars())


def keep_own(connection: Connection, account: str, rows: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """Keep what the module holds at a moment; those that are not among it any more are gone."""
    statements.run(
        connection,
        "own_campaigns/keep",
        account=account,
        now=now,
        record_ids=[str(row["id"]) for row in rows],
        names=[str(row.get("Campaign_Name") or "") for row in rows],
        types=[_text(row.get("Type")) for row in rows],
        statuses=[_text(row.get("Status")) for row in rows],
    )
    statements.run(connection, "own_campaigns/gone", account=account, now=now)
    note_reading(connection, account, now, None)


def note_reading(connection: Connection, account: str, now: datetime, error: str | None) -> None:
    """Keep that the module was read, or why it could not be."""
    statements.run(connection, "own_campaigns/note_reading", account=account, now=now, error=error)


def last_try(connection: Connection, account: str) -> datetime | None:
    """When reading the module was last tried."""
    found: datetime | None = statements.run(connection, "own_campaigns/last_try", account=account).scalar()
    return found


def _text(value: Any) -> str | None:
    return None if value in (None, "") else str(value)
