"""A staging relation of a hundred sane candidates, to be spoilt by each test in its own way, and validated."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from contact_sync.validation.report import Report
from contact_sync.validation.run import run_suite
from contact_sync.validation.suites import Suite, load_suite

EXPECTATIONS = Path(__file__).parents[2] / "include" / "expectations"
START, END = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC)
ROWS = 100
MAPPINGS = [
    {"target": "email", "source": "Email", "type": "text"},
    {"target": "first_name", "source": "First_Name", "type": "text"},
    {"target": "last_name", "source": "Last_Name", "type": "text"},
    {"target": "city", "source": "City", "type": "text"},
    {"target": "experience", "source": "Experience_in_Years", "type": "integer"},
    {"target": "salary", "source": "Expected_Salary", "type": "number"},
    {"target": "relocate", "source": "Would_Relocate", "type": "boolean"},
    {"target": "born", "source": "Date_of_Birth", "type": "date"},
    {"target": "met", "source": "Last_Interview", "type": "datetime"},
    {"target": "skills", "source": "Skill_Set", "type": "list"},
]
_TABLE = """
CREATE TABLE staging_batch (
    record_no int, record_id text, modified_text text, modified_at timestamptz, created_at timestamptz,
    email_text text, email_key text, address_hash bytea, flaw text, flaw_detail text, suggested_domain text,
    opted_out boolean, converted boolean, approved boolean, by_id boolean NOT NULL DEFAULT false,
    first_name text, last_name text,
    fields jsonb, misfits jsonb, required_missing text, cleaned jsonb, source jsonb
)
"""
_INSERT = text("""
INSERT INTO staging_batch
       (record_no, record_id, modified_text, modified_at, email_text, flaw, first_name, last_name, source)
VALUES (:record_no, :record_id, :modified_text, :modified_at, :email_text, :flaw, :first_name, :last_name, :source)
""")


def sane_row(number: int) -> dict[str, Any]:
    """A candidate that no check has anything against."""
    changed = START + timedelta(minutes=number)
    address = f"ann.{number}@zylker.example"
    return {
        "record_no": number,
        "record_id": str(551_000_000_000 + number),
        "modified_text": changed.isoformat(),
        "modified_at": changed,
        "email_text": address,
        "flaw": None,
        "first_name": "Ann",
        "last_name": "Lee",
        "source": {
            "Email": address,
            "First_Name": "Ann",
            "Last_Name": "Lee",
            "City": None,
            "Experience_in_Years": str(number % 30),
            "Expected_Salary": f"{number}.50",
            "Would_Relocate": "true" if number % 2 else "false",
            "Date_of_Birth": "1990-02-28",
            "Last_Interview": "2026-10-01T09:30:00+02:00",
            "Skill_Set": '["SQL"]',
        },
    }


@dataclass
class Batch:
    """Rows and facts to spoil, then `run()`. `sql` runs after the rows are in (views, dropped columns)."""

    url: str
    engine: Engine
    rows: list[dict[str, Any]] = field(default_factory=lambda: [sane_row(number) for number in range(ROWS)])
    facts: dict[str, Any] = field(
        default_factory=lambda: {
            "window_start": START,
            "window_end": END,
            "expected_rows_min": 50,
            "expected_rows_max": 200,
            "max_invalid_share": 0.5,
            "complete": False,
            "mappings": MAPPINGS,
        }
    )
    sql: list[str] = field(default_factory=list)
    relation: str = "staging_batch"

    def spoil(self, count: int, change: Callable[[dict[str, Any]], Any]) -> None:
        """Apply a change to the first rows."""
        for row in self.rows[:count]:
            change(row)

    def run(self, suite: Suite | None = None, url: str | None = None) -> Report:
        """Stage the rows and validate them, with the shipped candidates suite unless told otherwise."""
        with self.engine.begin() as connection:
            connection.execute(text(_TABLE))
            if self.rows:
                rows = [{**row, "source": json.dumps(row["source"])} for row in self.rows]
                connection.execute(_INSERT, rows)
            for statement in self.sql:
                connection.execute(text(statement))
        return run_suite(url or self.url, self.relation, suite or load_suite(EXPECTATIONS, "candidates"), self.facts)
