"""What the pages are shown with: two syncs with a fetch each, made by the real stages, a campaign, a push switch."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text

from contact_sync.config.loader import load_syncs
from contact_sync.paths import include_folder
from contact_sync.warehouse.database import Warehouse
from tests.stages.desk import Desk, record
from tests.stages.mailroom import Mailroom, campaign, response, send

SCRIPT = "<script>alert('x')</script>"
FORMULA = '=HYPERLINK("http://evil.example","click")'
HIS = "candidates_daily"
HERS = "experienced_engineers_weekly"
SECRET = "hidden-from-ben@example.org"
ROLE = "sales@example.org"
"""Of a record of hers that is ignored, so that nobody is known by it."""
PUSHED = "Talent news"


@dataclass(frozen=True)
class Seeded:
    """fetch, her_fetch: of the sync that Ben may read, and of the one that he may not. contact: Ann."""

    warehouse: Warehouse
    fetch: int
    her_fetch: int
    campaign: int
    switch: int
    contact: int

    @property
    def day(self) -> str:
        """The day of its calls, as the credits page has it."""
        return str(self.one("SELECT CAST(max(at) AT TIME ZONE 'Europe/Berlin' AS date) FROM sync.credit"))

    def execute(self, statement: str, **values: Any) -> None:
        with self.warehouse.engine.begin() as connection:
            connection.execute(text(statement), values)

    def one(self, statement: str, **values: Any) -> Any:
        with self.warehouse.engine.connect() as connection:
            return connection.execute(text(statement), values).scalar_one()


def seed(warehouse: Warehouse) -> Seeded:
    """Write it all."""
    syncs = load_syncs(include_folder()).syncs
    his = Desk(warehouse, syncs[HIS])
    his.take(record("1", "ann@example.org", Last_Name="Older"), record("9", "joe@example.org"))
    his.take(
        record("9", "joe@example.org"),
        record("1", "ann@example.org", Last_Name=SCRIPT),
        record("2", "bob@example.org", First_Name=FORMULA, Last_Name="Formula"),
        record("3", "cy@example.org"),
        record("3b", "cy@example.org"),
        record("4", "ann@gmial.com"),
        record("5", "info@example.org"),
        record("6", None),
        record("7", "dee@example.org", **{_number_field(syncs[HIS]): "twelve monkeys"}),
    )
    fetch = his.last.fetch_id
    hers = Desk(warehouse, syncs[HERS])
    hers.take(record("8", SECRET, Last_Name="Hidden"), record("10", ROLE))
    found = Seeded(warehouse, fetch, hers.last.fetch_id, 0, 0, 0)
    Mailroom(warehouse).take(
        campaign(name=f"News {SCRIPT}", lists=[PUSHED]),
        send("ann"),
        send("bob"),
        send("cy"),
        response("ann", "opened"),
        response("bob", "clicked"),
        response("cy", "hard"),
    )
    number = found.one("SELECT campaign_id FROM contacts.campaign")
    _in_recruit(found, number)
    ann = found.one("SELECT contact_id FROM contacts.contact WHERE email = 'ann@example.org'")
    return Seeded(warehouse, fetch, found.her_fetch, number, _switch(found), ann)


def _in_recruit(found: Seeded, campaign_id: int) -> None:
    """Ours could not be made, Recruit has one of its own, and another account does not let us look."""
    found.execute(
        "INSERT INTO sync.outbox (kind, account, module, campaign_id, key, state, detail, changed_at) "
        "VALUES ('campaign', 'recruit_demo', 'Campaigns', :id, 'News', 'refused', 'name_taken', now())",
        id=campaign_id,
    )
    found.execute(
        "INSERT INTO sync.recruit_campaign (account, record_id, name, type, status, read_at) "
        "VALUES ('recruit_demo', '7', :name, 'Trade Show', 'Active', now())",
        name=f"Fair {SCRIPT}",
    )
    found.execute(
        "INSERT INTO sync.campaign_reading (account, read_at, tried_at, error) VALUES "
        "('recruit_demo', now(), now(), NULL), ('recruit_two', NULL, now(), 'The token lacks a scope.')"
    )


def _switch(found: Seeded) -> int:
    """A push switch on the list of the first sync: one pushed, the others wanting for something."""
    switch = found.one("SELECT coalesce(max(switch_no), 0) + 1 FROM sync.push_switch")
    found.execute(
        "INSERT INTO sync.push_switch (switch_no, account, module, response, list_id, enabled, enabled_since) "
        "SELECT :switch, 'recruit_demo', 'Contacts', 'opened', list_id, true, :at FROM sync.fetch WHERE fetch_id = :id",
        switch=switch,
        at=datetime(2026, 11, 20, tzinfo=UTC),
        id=found.fetch,
    )
    found.execute(
        "INSERT INTO sync.push_ledger (fetch_id, switch_no, contact_id, outcome, reason, detail, at) "
        "SELECT fetch_id, :switch, contact_id, CASE WHEN email LIKE 'ann@%' THEN 'inserted' ELSE 'not_pushed' END, "
        "CASE WHEN email LIKE 'ann@%' THEN NULL ELSE 'missing_mandatory' END, "
        "CASE WHEN email LIKE 'ann@%' THEN NULL ELSE 'Client_Name' END, now() "
        "FROM contacts.contact JOIN contacts.membership USING (contact_id) JOIN sync.fetch USING (list_id) "
        "WHERE fetch_id = :id ORDER BY contact_id",
        switch=switch,
        id=found.fetch,
    )
    found.execute(
        "INSERT INTO sync.credit (account, fetch_id, at, method, path, status, rows, cost, seconds) "
        "SELECT 'recruit_demo', fetch_id, now(), 'GET', '/recruit/v2/Candidates', 200, 200, 1, 0.5 "
        "FROM unnest(ARRAY[CAST(:one AS bigint), :two, NULL]) AS fetch_id",
        one=found.fetch,
        two=found.her_fetch,
    )
    found.execute(
        "INSERT INTO sync.status_push "
        "(account, module, record_id, field, contact_id, campaign_id, status, outcome, at) "
        "SELECT 'recruit_demo', 'Candidates', record_id, 'Status', contact_id, campaign_id, 'Opened', 'sent', now() "
        "FROM contacts.source_link CROSS JOIN contacts.campaign"
    )
    _left(found)
    return int(switch)


def _left(found: Seeded) -> None:
    """Options let one of the list leave, and ask about another; a third was in no list, a fourth came back."""
    found.execute(
        "INSERT INTO sync.removal (fetch_id, sync_no, list_id, contact_id, source_no, record_id, reason, reach, state, "
        "status_before, decided_at, decided_by) "
        "SELECT fetch_id, sync_no, list_id, contact_id, source_no, 'r', 'deleted', 'organisation', "
        "CASE WHEN email LIKE 'ann@%' THEN 'undone' WHEN email LIKE 'cy@%' THEN 'pending' ELSE 'applied' END, "
        "CASE WHEN email LIKE 'dee@%' THEN 'removed' ELSE 'subscribed' END, now(), 'fetch ' || fetch_id "
        "FROM sync.fetch CROSS JOIN contacts.contact WHERE fetch_id = :id AND email ~ '^(ann|bob|cy|dee)@'",
        id=found.fetch,
    )
    found.execute(
        "UPDATE sync.fetch SET removed = 1, pending_removals = 1, pushed = 1 WHERE fetch_id = :id", id=found.fetch
    )


def _number_field(sync: Any) -> str:
    return next(line.source for line in sync.mapping if line.type in {"integer", "number"})
