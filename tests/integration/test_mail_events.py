"""Events of the mailer in a running Airflow: a person fills the form, the note tells counts, no address is kept."""

import json
from pathlib import Path

from tests.integration.whole import Whole, until

DAG = "mail_events_import"
STRANGER = "stranger.of.events@example.org"


def test_a_file_becomes_true_and_the_note_tells(whole: Whole, tmp_path: Path) -> None:
    """CAMP-1: by hand: a complaint holds at once, what waits or is wrong is set aside, the note has the counts."""
    until(lambda: DAG in whole.api.dags(), "Airflow has read the DAG")
    path = tmp_path / "events of today.jsonl"
    told = {"type": "response", "campaign_id": "whole", "happened_at": "2026-11-01T10:00:00Z"}
    rows = [
        {"type": "campaign", "campaign_id": "whole", "name": "News", "kind": "follow_up", "lists": ["Events only"]},
        {**told, "email": STRANGER, "response": "complaint"},
        {**told, "email": STRANGER, "response": "opend"},
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    run = whole.succeed(whole.api.start(DAG, conf={"path": str(path), "kind": None}))
    note = str(until(lambda: whole.api.detail(run)["note"], "the note is written"))
    assert note.endswith("3 rows read: 1 new, 0 known, 2 set aside (bad_value 1, unknown_contact 1).")
    assert whole.rows("SELECT kind, contact_id FROM contacts.suppression WHERE email_key = :who", who=STRANGER) == [
        {"kind": "complaint", "contact_id": None}
    ]
    shown = whole.api.log(run, "import_events") + str(whole.api.detail(run))
    assert "events of today.jsonl: " in shown
    assert STRANGER not in shown
