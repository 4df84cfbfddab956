"""A ledger of many fetches of one sync, made by the database itself, and the plans of the pages' queries."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, text

from contact_sync.warehouse import statements
from contact_sync.web.reading import plan_well

ANY: dict[str, Any] = {"outcome": None, "reason": None, "sub_code": None, "changed": None, "people": True}
FILTERS: tuple[dict[str, Any], ...] = ({}, {"outcome": "ignored"}, {"reason": "group_email", "sub_code": "role"})
FILL = (
    "INSERT INTO sync.source (source_no, account, module) VALUES (1, 'a', 'Candidates')",
    "INSERT INTO contacts.mailing_list (list_id, name, created_at) VALUES (1, 'l', now())",
    "INSERT INTO sync.sync (sync_no, sync_id, name, state_changed_at, state_changed_by, registered_at) "
    "VALUES (1, 's', 's', now(), 'tests', now())",
    "INSERT INTO sync.config_version (config_version, sync_no, fingerprint, mapping_fingerprint, mapping_version, "
    "settings, registered_at) VALUES (1, 1, 'f', 'm', 1, '{}', now())",
    "INSERT INTO sync.fetch (fetch_id, sync_no, source_no, list_id, config_version, dag_id, run_id, run_type, "
    "started_at, window_end, first, moves_watermark) "
    "SELECT n, 1, 1, 1, 1, 's', 'r' || n, 'scheduled', timestamptz '2026-11-01' + n * interval '1 day', now(), false, "
    "true FROM generate_series(1, CAST(:fetches AS integer)) AS n",
    "INSERT INTO sync.ledger (fetch_started_at, fetch_id, record_no, source_no, record_id, outcome, reason, sub_code, "
    "contact_id, changed, mapping_version) "
    "SELECT started_at, fetch_id, n, 1, 'r' || (CAST(n AS bigint) * 7919 % 1000003), "
    "CASE WHEN n % 10 = 0 THEN 'ignored' ELSE 'duplicate' END, CASE WHEN n % 100 = 0 THEN 'group_email' "
    "WHEN n % 10 = 0 THEN 'empty_email' ELSE 'in_list' END, CASE WHEN n % 100 = 0 THEN 'role' END, n, false, 1 "
    "FROM sync.fetch CROSS JOIN generate_series(1, CAST(:each AS integer)) AS n",
    "ANALYZE sync.ledger",
    "ANALYZE sync.fetch",
)
"""In 100 records of a fetch 89 are duplicates, 9 have no address, and one is a role address."""


def fill(connection: Connection, fetches: int, each: int) -> None:
    """So many fetches, a day apart from 2026-11-02 on, of so many records each; then statistics."""
    for statement in FILL:
        connection.execute(text(statement), {"fetches": fetches, "each": each})


def started(fetch_id: int) -> datetime:
    """When a fetch began."""
    return datetime(2026, 11, 1, tzinfo=UTC) + timedelta(days=fetch_id)


def asked(fetch_id: int, after: int | None, **which: Any) -> dict[str, Any]:
    """What a page of records asks for."""
    return {**ANY, **which, "fetch_id": fetch_id, "started_at": started(fetch_id), "after": after, "rows": 101}


def planned(connection: Connection, name: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    """The nodes of the plan for a statement of the pages; one with a folder in its name is not theirs alone."""
    plan_well(connection, name)
    whole = name if "/" in name else f"page/{name}"
    query = text(f"EXPLAIN (FORMAT JSON) {statements.statement(whole).text}")
    plan = connection.execute(query, values).scalar_one()
    return list(nodes((plan if isinstance(plan, list) else json.loads(plan))[0]["Plan"]))


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A plan and all below it."""
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes(child)


def whole_ledger(node: dict[str, Any]) -> bool:
    """Whether a node of a plan reads a partition of the ledger from end to end. An empty month costs nothing so."""
    if not str(node.get("Relation Name", "")).startswith("ledger"):
        return False
    return "Index Cond" not in node and "Recheck Cond" not in node and node["Total Cost"] > 100
