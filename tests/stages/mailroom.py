"""A mailroom: hand it campaigns, sends and responses as a mailer's files hold them, and see what became of them."""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text

from contact_sync.core.events import Kind
from contact_sync.stages.event_files import EventFile
from contact_sync.stages.event_import import Imported, import_events
from contact_sync.warehouse.database import Warehouse
from tests.stages.snapshot import snapshot

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TABLES = (
    "contacts.campaign", "contacts.campaign_list", "contacts.send", "contacts.response", "contacts.bounce",
    "contacts.suppression", "contacts.membership", "sync.event_set_aside",
)  # fmt: skip
"""What an import of events writes."""
OF_OUR_CLOCK = {
    "contacts.response": {"response_id", "arrived_at"},
    "contacts.suppression": {"suppression_id", "created_at"},
    "contacts.membership": {"since"},
    "sync.event_set_aside": {"aside_id", "first_seen_at", "last_seen_at", "file", "line"},
    "contacts.campaign": {"campaign_id"},
}


def at(minutes: int) -> str:
    """A moment so many minutes after NOON, as a file has it."""
    return (NOON + timedelta(minutes=minutes)).isoformat()


def campaign(campaign_id: str = "c1", **changes: Any) -> dict[str, Any]:
    """A campaign to the list Talent news."""
    row = {"campaign_id": campaign_id, "name": "News", "kind": "email_campaign", "lists": ["Talent news"]}
    return {"type": "campaign", **row, **changes}


def send(who: str, campaign_id: str = "c1", minutes: int = 0) -> dict[str, Any]:
    """A send to <who>@example.org."""
    return {"type": "send", "campaign_id": campaign_id, "email": f"{who}@example.org", "sent_at": at(minutes)}


def response(who: str, what: str, minutes: int = 1, campaign_id: str = "c1", **changes: Any) -> dict[str, Any]:
    """A response of <who>@example.org; hard and soft are bounces."""
    told = {"response": "bounced", "bounce": what} if what in ("hard", "soft") else {"response": what}
    row = {"campaign_id": campaign_id, "email": f"{who}@example.org", "happened_at": at(minutes)}
    return {"type": "response", **row, **told, **changes}


def json_lines(*rows: Mapping[str, Any] | bytes, name: str = "events.jsonl") -> EventFile:
    """Rows as a file of JSON Lines; bytes stand as they are."""
    lines = [row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows]
    content = b"\n".join(lines)
    return EventFile(name, lambda: io.BytesIO(content))


@dataclass
class Mailroom:
    """Imports events into a warehouse. scope: the policy unsubscribe_scope."""

    warehouse: Warehouse
    scope: str = field(default="list")

    def take(self, *rows: Mapping[str, Any] | bytes, **options: Any) -> dict[str, Any]:
        """Import these rows from one file; the counts."""
        return self.files(json_lines(*rows), **options).counts()

    def files(self, *files: EventFile, kind: Kind | None = None, **options: Any) -> Imported:
        """Import files."""
        scope = {"unsubscribe_scope": self.scope}
        return import_events(self.warehouse, files, kind=kind, now=NOON + timedelta(days=1), **scope, **options)

    def rows(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        """What a query finds."""
        with self.warehouse.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query), values)]

    def execute(self, statement: str, **values: Any) -> None:
        """Write as somebody else would."""
        with self.warehouse.engine.begin() as connection:
            connection.execute(text(statement), values)

    def aside(self) -> list[tuple[Any, ...]]:
        """Kind and reason of the rows set aside."""
        return self.rows("SELECT kind, reason FROM sync.event_set_aside ORDER BY aside_id")

    def standing(self) -> dict[str, Any]:
        """Every table that an import writes, apart from our clock and from generated numbers."""
        held = snapshot(self.warehouse, without=set())
        campaigns = dict(self.rows("SELECT campaign_id, external_id FROM contacts.campaign"))
        lists = dict(self.rows("SELECT list_id, name FROM contacts.mailing_list"))
        return {name: _plain(name, held[name], campaigns, lists) for name in TABLES}


def _plain(name: str, rows: Any, campaigns: dict[int, str], lists: dict[int, str]) -> Any:
    without = OF_OUR_CLOCK.get(name, set())
    found: list[tuple[Any, ...]] = []
    for row, times in rows.items():
        cells = []
        for column, value in row:
            if column in without:
                continue
            if column == "campaign_id":
                value = campaigns.get(int(value), value)
            if column == "list_id":
                value = lists.get(int(value), value)
            cells.append((column, value))
        found.append((tuple(cells), times))
    return sorted(found)
