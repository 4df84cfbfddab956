"""Upgrades of a warehouse that is in use: its rows stay, and it ends as a new one would."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from contact_sync.warehouse.migrate import migrate, versions

_IN_USE = """
INSERT INTO contacts.mailing_list (name, created_at) VALUES ('Talent news', now());
INSERT INTO sync.source (account, module)
    VALUES ('recruit_old', 'Candidates'), ('recruit_demo', 'Candidates');
INSERT INTO sync.sync (sync_id, name, state, inactive_reason, state_changed_at, state_changed_by, registered_at) VALUES
    ('moved', 'Read another account once', 'active', NULL, '2026-10-01', 'first run', '2026-10-01'),
    ('once', 'One time', 'inactive', 'completed', '2026-10-02', 'one-time run', '2026-10-02'),
    ('never', 'Has no fetch', 'active', NULL, '2026-10-03', 'first run', '2026-10-03');
INSERT INTO sync.config_version (sync_no, fingerprint, mapping_fingerprint, mapping_version, settings, registered_at)
    SELECT sync_no, 'f', 'm', 1, '{}', now() FROM sync.sync;
INSERT INTO sync.fetch (sync_no, source_no, list_id, config_version, dag_id, run_id, run_type, started_at, window_end,
        first, moves_watermark, status) VALUES
    (1, 1, 1, 1, 'moved', 'one', 'manual', now(), now(), true, true, 'succeeded'),
    (1, 2, 1, 1, 'moved', 'two', 'manual', now(), now(), true, true, 'failed'),
    (2, 2, 1, 2, 'once', 'one', 'manual', now(), now(), true, true, 'succeeded');
INSERT INTO sync.act (kind, who, sync_no) VALUES ('initiate', 'ann', 2);
INSERT INTO sync.token (account, cipher, obtained_at, expires_at) VALUES ('recruit_demo', 'x', now(), now())
"""
_SHAPE = """
SELECT 'column', format('%s.%s.%s', table_schema, table_name, column_name), format('%s %s', data_type, is_nullable)
FROM information_schema.columns WHERE table_schema IN ('contacts', 'sync', 'staging')
UNION ALL
SELECT 'constraint', format('%s.%s', conrelid::regclass, conname), pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace IN ('contacts'::regnamespace, 'sync'::regnamespace)
UNION ALL
SELECT 'comment', format('%s %s', objoid::regclass, objsubid), description
FROM pg_description WHERE classoid = 'pg_class'::regclass
    AND (SELECT relnamespace FROM pg_class WHERE oid = objoid) IN ('contacts'::regnamespace, 'sync'::regnamespace)
UNION ALL
SELECT 'right', format('%s.%s %s', table_schema, table_name, grantee),
    string_agg(privilege_type, ' ' ORDER BY privilege_type)
FROM information_schema.role_table_grants
WHERE table_schema IN ('contacts', 'sync') AND grantee LIKE 'contact_sync%' GROUP BY table_schema, table_name, grantee
"""


@pytest.fixture
def old(postgres_url: str) -> Iterator[Engine]:
    """A database of its own, migrated to 0001 only, with rows in it."""
    name = f"old_{uuid.uuid4().hex[:12]}"
    url = make_url(postgres_url).set(drivername="postgresql+psycopg")
    server = create_engine(url.set(database="postgres"), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    engine = create_engine(url.set(database=name), poolclass=NullPool)
    migrate(engine, "0001")
    with engine.begin() as connection:
        for statement in _IN_USE.split(";\n"):
            connection.exec_driver_sql(statement)
    yield engine
    with server.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))


def rows(engine: Engine, query: str) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def test_a_warehouse_in_use_is_upgraded_with_its_rows(old: Engine) -> None:
    """LIM-1, ACC-4: states stay as they are, each sync reads the source of its latest fetch, no account is known."""
    before = rows(old, "SELECT sync_id, name, state, inactive_reason, state_changed_at FROM sync.sync ORDER BY sync_no")
    fetches = rows(old, "SELECT * FROM sync.fetch ORDER BY fetch_id")
    assert versions(old)[0] == "0001"
    migrate(old)
    assert versions(old)[0] == versions(old)[1] != "0001"
    after = "SELECT sync_id, name, state, inactive_reason, state_changed_at FROM sync.sync ORDER BY sync_no"
    assert rows(old, after) == before
    assert [row[: len(fetches[0])] for row in rows(old, "SELECT * FROM sync.fetch ORDER BY fetch_id")] == fetches
    assert rows(old, "SELECT sync_id, source_no FROM sync.sync ORDER BY sync_no") == [
        ("moved", 2), ("once", 2), ("never", None),
    ]  # fmt: skip
    assert rows(old, "SELECT kind, who FROM sync.act") == [("initiate", "ann")]
    assert rows(old, "SELECT count(*) FROM sync.account") == [(0,)]
    assert rows(old, "SELECT count(*) FROM sync.token") == [(1,)]
    with old.begin() as connection:
        connection.execute(text("INSERT INTO sync.act (kind, who) VALUES ('activate', 'ann'), ('deactivate', 'ann')"))


def test_an_upgraded_warehouse_is_as_a_new_one(old: Engine, warehouse_url: str) -> None:
    """CONTRIBUTING: columns, constraints, comments and rights of the roles do not depend on the way there."""
    migrate(old)
    new = create_engine(warehouse_url, poolclass=NullPool)
    without_months = f"SELECT * FROM ({_SHAPE}) AS shape (kind, name, value) WHERE name !~ 'ledger_[0-9]' ORDER BY 1, 2"
    assert rows(old, without_months) == rows(new, without_months)
