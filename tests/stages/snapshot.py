"""What a warehouse holds, in a form in which two warehouses compare.

Surrogate keys are replaced by what they stand for, and the columns named in VOLATILE are left out: they say when and
by which attempt something was done, not what became of anybody.
"""

from collections import Counter
from typing import Any

from sqlalchemy import text

from contact_sync.warehouse.database import Warehouse

VOLATILE = {
    "sync.fetch": {"attempt", "started_at", "loaded_at", "finished_at", "source_clock", "seen_change_no", "stage"},
    "sync.organisation": {"change_no", "hash_key_cipher"},
    "sync.ledger": {"fetch_started_at", "address_hash"},
    "sync.watermark": {"value"},
    "sync.sync": {"registered_at", "state_changed_at"},
    "sync.place": {"day", "taken_at"},
    "sync.initiation": {"day", "initiated_at"},
    "sync.account": {"fingerprint", "known_since"},
    "sync.config_version": {"registered_at", "in_force_since"},
    "sync.bulk_job": {"intent_at", "job_id", "created_at", "polls", "asked_at", "staged_at"},
    "sync.taken_record": {"taken_at"},
    "sync.removal": {"removal_id", "decided_at"},
    "sync.conversion": {"seen_at", "address_hash"},
    "sync.push_ledger": {"push_id", "at"},
    "sync.outbox": {"outbox_id", "sent_at", "changed_at"},
    "sync.status_push": {"status_push_id", "at"},
    "sync.push_switch": {"enabled_since", "arrived_until"},
    "contacts.contact": {"created_at", "updated_at"},
    "contacts.mailing_list": {"created_at"},
    "contacts.membership": {"since"},
    "contacts.address_history": {"replaced_at"},
}
"""Times of our own clock, keyed hashes of a random key, and the fence."""
CALLS = {"sync.credit", "sync.token", "sync.token_request"}
"""What was asked of Zoho: a retry asks again."""
HISTORY = {
    "sync.fetch", "sync.fetch_reason", "sync.ledger", "sync.watermark", "sync.organisation", "sync.place",
    "sync.initiation",
}  # fmt: skip
"""What every run writes."""


def snapshot(warehouse: Warehouse, without: set[str] = CALLS) -> dict[str, Counter[tuple[Any, ...]]]:
    """Rows of every table of contacts and sync as multisets, ledger partitions as one."""
    with warehouse.engine.connect() as connection:
        known = connection.execute(text("SELECT contact_id, coalesce(email_key, 'erased') FROM contacts.contact"))
        people = {row[0]: row[1] for row in known}
        tables = connection.execute(
            text(
                "SELECT schemaname || '.' || tablename AS name FROM pg_tables WHERE schemaname IN ('contacts', 'sync') "
                "AND tablename !~ '^ledger_' AND tablename <> 'schema_version' "
                "UNION SELECT 'sync.ledger'"
            )
        ).scalars()
        found = {}
        for name in sorted(set(tables) - without):
            rows = connection.execute(text(f"SELECT * FROM {name}")).mappings()
            found[name] = Counter(_comparable(name, dict(row), people) for row in rows)
    return found


def _comparable(name: str, row: dict[str, Any], people: dict[int, str]) -> tuple[Any, ...]:
    kept = {key: value for key, value in row.items() if key not in VOLATILE.get(name, set())}
    for key in ("contact_id", "clash_contact_id"):
        if kept.get(key) is not None:
            kept[key] = people.get(kept[key], f"nobody {kept[key]}")
    return tuple(sorted((key, repr(value)) for key, value in kept.items()))


def differences(
    one: dict[str, Counter[tuple[Any, ...]]], other: dict[str, Counter[tuple[Any, ...]]]
) -> dict[str, tuple[int, int]]:
    """Tables that differ, with the number of rows only in the one and only in the other."""
    return {
        name: (sum((one[name] - other[name]).values()), sum((other[name] - one[name]).values()))
        for name in one
        if one[name] != other.get(name)
    }


def everything(warehouse: Warehouse, without: set[str] = CALLS) -> dict[str, list[str]]:
    """Every row of every table of contacts, sync and staging just as it is, times and numbers included."""
    with warehouse.engine.connect() as connection:
        tables = text(
            "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname IN ('contacts', 'sync', 'staging')"
        )
        names = sorted(set(connection.execute(tables).scalars()) - without)
        return {
            name: sorted(map(str, connection.execute(text(f"SELECT row.*::text FROM {name} AS row")).scalars()))
            for name in names
        }
