"""`contact-sync campaigns`: both origins, how far ours are made, and why Recruit's own cannot be read."""

import json
from collections.abc import Callable

import pytest
from sqlalchemy import text

from contact_sync.warehouse.database import Warehouse
from tests.cli.conftest import Ended

ROWS = """
INSERT INTO contacts.campaign (campaign_id, external_id, name, kind, started_at)
    VALUES (1, 'w', 'Winter', 'email_campaign', now()), (2, 's', 'Spring', 'autoresponder', now() - interval '1 day');
INSERT INTO sync.outbox (kind, account, module, campaign_id, key, state, record_id, detail, changed_at)
    VALUES ('campaign', 'recruit_demo', 'Campaigns', 1, 'Winter', 'answered', '11', NULL, now()),
           ('campaign', 'recruit_demo', 'Campaigns', 2, 'Spring', 'refused', NULL, 'name_taken', now());
INSERT INTO sync.recruit_campaign (account, record_id, name, type, status, read_at)
    VALUES ('recruit_demo', '11', 'Winter', 'Email', 'Planning', now()),
           ('recruit_demo', '12', 'Fair', 'Trade Show', 'Active', now());
INSERT INTO sync.campaign_reading (account, read_at, tried_at, error)
    VALUES ('recruit_demo', '2026-11-20 09:00Z', now(), NULL), ('recruit_two', NULL, now(), 'The token lacks a scope.')
"""


def test_both_origins(
    run: Callable[..., Ended], with_warehouse: str, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CAMP-2, CAMP-6: ours once, with what became of it; without the permission it says so."""
    monkeypatch.setenv("COLUMNS", "160")
    assert "No campaigns are known yet" in run("campaigns").out
    with warehouse.transaction() as connection:
        for statement in ROWS.split(";\n"):
            connection.execute(text(statement))
    shown = run("campaigns").out
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in shown.splitlines() if "│ recruit_demo" in line]
    assert rows == [
        ["Winter", "email_campaign", "here", "recruit_demo", "made in Recruit"],
        ["Spring", "autoresponder", "here", "recruit_demo", "not made in Recruit: name_taken"],
        ["Fair", "Trade Show", "in Recruit", "recruit_demo", "Active"],
    ]
    assert "recruit_demo: campaigns in Recruit: 2, read 2026-11-20 10:00." in shown
    assert "recruit_two: Recruit's own campaigns cannot be read (never read). The token lacks a scope." in shown
    found = json.loads(run("campaigns", "--output", "json", "--account", "recruit_two").out)
    assert (found["campaigns"], len(found["readings"])) == ([], 1)
