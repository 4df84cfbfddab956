"""event_import_vs_copy: the import of responses from a CSV file, against plain SQL that trusts what it is given.

The plain side copies the same file as it is and runs one INSERT … ON CONFLICT into each table that the import writes: a
campaign, sends, responses, bounces, suppressions, unsubscribed memberships. It checks nothing, keeps no wrong row and
waits for nobody. Each side has a database of its own with the same people; the re-run is the same files once more.
"""

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import text

from contact_sync.stages.event_files import EventFile
from contact_sync.stages.event_import import import_events
from contact_sync.warehouse.database import Warehouse
from tests.benchmarks.measuring import Span, median, timed
from tests.benchmarks.places import Place, now, place

RESPONSES = 200_000
SENT = datetime(2026, 11, 1, 9, tzinfo=UTC)
PEOPLE = (
    "INSERT INTO contacts.mailing_list (name, created_at) VALUES ('Talent news', now())",
    "INSERT INTO contacts.contact (email, email_key, created_at, updated_at) "
    "SELECT address, address, now(), now() FROM (SELECT 'reader.' || n || '@mail.example.org' AS address "
    "FROM generate_series(1, :people) AS n) AS made",
    "INSERT INTO contacts.membership (list_id, contact_id, status, since) "
    "SELECT 1, contact_id, 'subscribed', now() FROM contacts.contact",
    "ANALYZE contacts.contact, contacts.membership",
)
PLAIN = (
    "INSERT INTO contacts.campaign (external_id, name, kind) VALUES ('c1', 'News', 'email_campaign') "
    "ON CONFLICT (external_id) DO UPDATE SET name = excluded.name",
    "INSERT INTO contacts.campaign_list SELECT campaign_id, 1 FROM contacts.campaign ON CONFLICT DO NOTHING",
    "INSERT INTO contacts.send SELECT campaign_id, contact_id, sent_at FROM plain_send "
    "JOIN contacts.campaign ON external_id = plain_send.campaign JOIN contacts.contact ON email_key = plain_send.email "
    "ON CONFLICT DO NOTHING",
    "INSERT INTO contacts.response (campaign_id, contact_id, kind, happened_at, arrived_at) "
    "SELECT campaign_id, contact_id, response, happened_at, now() FROM plain_response AS given "
    "JOIN contacts.campaign ON external_id = given.campaign JOIN contacts.contact ON email_key = given.email "
    "ON CONFLICT DO NOTHING",
    "INSERT INTO contacts.bounce (email_key, hard_bounced_at, last_event_at) "
    "SELECT email, max(happened_at), max(happened_at) FROM plain_response WHERE response = 'bounced' GROUP BY email "
    "ON CONFLICT (email_key) DO UPDATE SET hard_bounced_at = excluded.hard_bounced_at",
    "INSERT INTO contacts.suppression (kind, email_key, origin, reason, created_by, created_at) "
    "SELECT DISTINCT 'complaint', email, 'plain', 'plain', 'plain', now() FROM plain_response AS given "
    "WHERE response = 'complaint' AND NOT EXISTS (SELECT FROM contacts.suppression AS held WHERE email_key = email)",
    "UPDATE contacts.membership SET status = 'unsubscribed', unsubscribed_at = happened_at FROM plain_response "
    "AS given JOIN contacts.contact ON email_key = given.email WHERE response = 'unsubscribed' "
    "AND membership.contact_id = contact.contact_id AND membership.status = 'subscribed'",
)
TABLES = {
    "sends": "CREATE TEMPORARY TABLE plain_send (campaign text, email text, sent_at timestamptz)",
    "responses": "CREATE TEMPORARY TABLE plain_response "
    "(campaign text, email text, response text, happened_at timestamptz, bounce text)",
}


def run(records: int | None, rounds: int) -> dict[str, Any]:
    """The figures of `rounds` rounds, as medians. records: responses; there are half as many sends."""
    wanted = records or RESPONSES
    found: dict[str, list[Span]] = {}
    with place() as here, TemporaryDirectory() as folder:
        files = _write(Path(folder), wanted)
        for _ in range(rounds):
            for name, span in _round(here, files, wanted // 2).items():
                found.setdefault(name, []).append(span)
    figures: dict[str, Any] = {
        "event_import_vs_copy": _ratio(found, "event_first_plain", "event_first_import"),
        "event_reimport_vs_copy": _ratio(found, "event_rerun_plain", "event_rerun_import"),
        "event_responses": wanted,
    }
    for name, spans in found.items():
        figures[f"{name}_s"] = median([span.wall for span in spans], 2)
        figures[f"{name}_cpu_s"] = median([span.cpu + span.server_cpu for span in spans], 2)
    return figures


def _ratio(found: dict[str, list[Span]], plain_side: str, ours: str) -> float:
    return median([one.wall / two.wall for one, two in zip(found[plain_side], found[ours], strict=True)])


def _round(here: Place, files: list[Path], people: int) -> dict[str, Span]:
    spans: dict[str, Span] = {}
    with _peopled(here, people) as ours, _peopled(here, people) as plainly:
        for turn in ("first", "rerun"):
            spans[f"event_{turn}_import"] = timed(lambda: _import(ours, files), here.pid)
            here.settle()
            spans[f"event_{turn}_plain"] = timed(lambda: _plain(plainly, files), here.pid)
            here.settle()
        _must_agree(ours, plainly)
    return spans


@contextmanager
def _peopled(here: Place, people: int) -> Iterator[Warehouse]:
    with here.warehouse() as warehouse:
        with warehouse.engine.begin() as connection:
            for statement in PEOPLE:
                connection.execute(text(statement), {"people": people} if ":people" in statement else {})
        here.settle()
        yield warehouse


def _import(warehouse: Warehouse, files: list[Path]) -> None:
    sources = [EventFile(path.name, lambda path=path: path.open("rb")) for path in files]  # type: ignore[misc]
    import_events(warehouse, sources, kind=None, unsubscribe_scope="list", now=now())


def _plain(warehouse: Warehouse, files: list[Path]) -> None:
    with warehouse.engine.begin() as connection:
        driver: Any = connection.connection.driver_connection
        for path in files:
            if path.stem not in TABLES:
                continue
            connection.execute(text(TABLES[path.stem]))
            table = f"plain_{path.stem[:-1]}"
            with driver.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN (FORMAT csv, HEADER)") as stream:
                stream.write(path.read_bytes())
            connection.execute(text(f"ANALYZE {table}"))
        for statement in PLAIN:
            connection.execute(text(statement))
        for path in files:
            if path.stem in TABLES:
                connection.execute(text(f"DROP TABLE plain_{path.stem[:-1]}"))


def _must_agree(one: Warehouse, other: Warehouse) -> None:
    """Both sides have written the same: a faster side that writes less would prove nothing."""
    counts = "SELECT " + ", ".join(
        f"(SELECT count(*) FROM contacts.{name})" for name in ("send", "response", "bounce", "suppression")
    )
    with one.engine.connect() as ours, other.engine.connect() as plain:
        found = [tuple(connection.execute(text(counts)).one()) for connection in (ours, plain)]
    if found[0] != found[1]:
        raise RuntimeError(f"the two sides differ: {found}")


def _write(folder: Path, responses: int) -> list[Path]:
    """Files in which each reader got one mail: delivered, then mostly opened; some bounced, left or complained."""
    people = responses // 2
    told: list[tuple[str, str]] = []
    for n in range(1, people + 1):
        if n % 50 == 0:
            told += [(_address(n), "bounced")] * 2
        else:
            second = (
                "complaint"
                if n % 997 == 0
                else "unsubscribed"
                if n % 200 == 1
                else "clicked"
                if n % 7 == 0
                else "opened"
            )
            told += [(_address(n), "delivered"), (_address(n), second)]
    rows = {
        "campaigns": [("campaign_id", "name", "kind", "lists"), ("c1", "News", "email_campaign", "Talent news")],
        "sends": [
            ("campaign_id", "email", "sent_at"),
            *(("c1", _address(n), SENT.isoformat()) for n in range(1, people + 1)),
        ],
        "responses": [
            ("campaign_id", "email", "response", "happened_at", "bounce"),
            *(
                ("c1", address, what, (SENT + timedelta(seconds=k)).isoformat(), "hard" if what == "bounced" else "")
                for k, (address, what) in enumerate(told, 1)
            ),
        ],
    }
    paths = []
    for name, lines in rows.items():
        made = io.StringIO()
        csv.writer(made).writerows(lines)
        path = folder / f"{name}.csv"
        path.write_text(made.getvalue(), encoding="utf-8")
        paths.append(path)
    return paths


def _address(n: int) -> str:
    return f"reader.{n}@mail.example.org"
