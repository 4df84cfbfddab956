"""`contact-sync pushes`: people by reason, and near misses; nobody is named."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from contact_sync.warehouse.database import Warehouse
from tests.cli.conftest import Ended

ROWS = """
INSERT INTO contacts.mailing_list (list_id, name, created_at) VALUES (1, 'News', now());
INSERT INTO contacts.contact (contact_id, email, email_key, created_at, updated_at)
    SELECT n, format('p%s@example.org', n), format('p%s@example.org', n), now(), now() FROM generate_series(1, 3) AS n;
INSERT INTO contacts.membership (list_id, contact_id, status, since)
    SELECT 1, contact_id, 'subscribed', now() FROM contacts.contact;
INSERT INTO sync.push_switch (switch_no, account, module, response, list_id, enabled, enabled_since)
    VALUES (1, 'recruit_demo', 'Contacts', 'opened', 1, true, now());
INSERT INTO sync.push_ledger (switch_no, contact_id, outcome, reason, detail, at)
    VALUES (1, 1, 'inserted', NULL, NULL, now()), (1, 2, 'not_pushed', 'missing_mandatory', 'Client_Name', now()),
           (1, 3, 'not_pushed', 'missing_mandatory', 'Client_Name', now())
"""

STATUSES = """
INSERT INTO contacts.campaign (campaign_id, external_id, name, kind) VALUES (1, 'c', 'C', 'email_campaign');
INSERT INTO sync.status_push (account, module, record_id, field, contact_id, campaign_id, status, outcome, detail, at)
    VALUES ('recruit_demo', 'Candidates', '7', 'Status', 1, 1, 'Opened', 'sent', NULL, now()),
           ('recruit_demo', 'Candidates', '7', 'Status', 1, 1, 'Clicked', 'sent', NULL, now()),
           ('recruit_demo', 'Candidates', '8', 'Status', 2, 1, 'Clicked', 'refused', 'INVALID_DATA, id', now())
"""


def test_by_reason_with_near_misses(
    run: Callable[..., Ended], with_warehouse: str, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PUSH-4, PUSH-11: as a table and as JSON; of one account or all."""
    monkeypatch.setenv("COLUMNS", "120")
    assert "No push has judged anybody yet." in run("pushes").out
    with warehouse.transaction() as connection:
        for statement in ROWS.split(";\n"):
            connection.execute(text(statement))
    shown = run("pushes").out
    assert "not_pushed: missing_mandatory, Client_Name" in shown
    assert "recruit_demo, Contacts, opened: 2 would be pushed if company name were mapped." in " ".join(shown.split())
    assert "@" not in shown
    found: dict[str, Any] = json.loads(run("pushes", "--output", "json", "--account", "recruit_demo").out)
    assert [(row["outcome"], row["people"]) for row in found["by_reason"]] == [("inserted", 1), ("not_pushed", 2)]
    assert found["near_misses"][0]["people"] == 2
    nothing: dict[str, Any] = {"by_reason": [], "near_misses": [], "statuses": []}
    assert json.loads(run("pushes", "--output", "json", "--account", "another").out) == nothing


def test_member_statuses(
    run: Callable[..., Ended], with_warehouse: str, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CAMP-4: records by what was last written to them, or refused."""
    monkeypatch.setenv("COLUMNS", "120")
    with warehouse.transaction() as connection:
        for statement in (*ROWS.split(";\n"), *STATUSES.split(";\n")):
            connection.execute(text(statement))
    shown = run("pushes").out
    assert "Opened\n" not in shown
    assert "Clicked refused: INVALID_DATA, id" in shown
    found = json.loads(run("pushes", "--output", "json").out)["statuses"]
    assert [(row["status"], row["outcome"], row["records"]) for row in found] == [
        ("Clicked", "sent", 1),
        ("Clicked", "refused", 1),
    ]
