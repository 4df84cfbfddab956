"""The schema of the warehouse: documented, migrated twice without harm, every statement runnable."""

import re
from pathlib import Path

import pytest
from sqlalchemy import text

from contact_sync.paths import sql_folder
from contact_sync.warehouse.database import Warehouse, open_warehouse
from contact_sync.warehouse.migrate import migrate, versions
from contact_sync.warehouse.statements import LOAD_ORDER

SQL_FILES = sorted(sql_folder().rglob("*.sql"))


def test_everything_has_a_comment(warehouse: Warehouse) -> None:
    """Design: every table, column and view of contacts, sync and staging has a COMMENT."""
    query = """
        SELECT format('%s.%s%s', schema.nspname, relation.relname, '.' || attribute.attname)
        FROM pg_class AS relation
        JOIN pg_namespace AS schema ON schema.oid = relation.relnamespace
        LEFT JOIN pg_attribute AS attribute
            ON attribute.attrelid = relation.oid AND attribute.attnum > 0 AND NOT attribute.attisdropped
        WHERE schema.nspname IN ('contacts', 'sync', 'staging')
          AND relation.relkind IN ('r', 'p', 'v') AND NOT relation.relispartition
          AND relation.relname <> 'schema_version'
          AND (col_description(relation.oid, attribute.attnum) IS NULL OR obj_description(relation.oid) IS NULL)
    """
    with warehouse.engine.connect() as connection:
        assert list(connection.execute(text(query)).scalars()) == []


def test_migrating_again_changes_nothing(warehouse: Warehouse) -> None:
    """The start-up of the demo migrates every time."""
    migrate(warehouse.engine)
    present, newest = versions(warehouse.engine)
    assert present == newest


@pytest.mark.parametrize("path", SQL_FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_statement_files_have_a_head_and_one_statement(path: Path) -> None:
    """House style: purpose, parameters and result in the head; one statement; no place for an identifier."""
    script = path.read_text(encoding="utf-8")
    head = [line for line in script.splitlines() if line.startswith("--")]
    assert [
        word for word in ("-- Purpose:", "-- Parameters:", "-- Returns:") if not any(word in line for line in head)
    ] == []
    body = "\n".join(line for line in script.splitlines() if not line.strip().startswith("--"))
    assert ";" not in body
    assert not re.search(r"[{]\w+[}]", body)


def test_every_load_statement_is_in_the_order() -> None:
    """A file that load does not name would never run."""
    found = {f"load/{path.stem}" for path in SQL_FILES if path.parent.name == "load"}
    assert found == {*LOAD_ORDER, "load/100_ledger", "load/110_ledger_gone"}


def test_values_stay_out_of_refusals(warehouse: Warehouse) -> None:
    """OUT-16, house style: a refused statement is told without the values that Postgres quotes."""
    from contact_sync.errors import WarehouseRefused

    insert = text(
        "INSERT INTO contacts.contact (email, email_key, created_at, updated_at) "
        "VALUES ('secret@mail.example.org', 'secret@mail.example.org', now(), now())"
    )
    with warehouse.transaction() as connection:
        connection.execute(insert)
    with pytest.raises(WarehouseRefused) as told, warehouse.transaction() as connection:
        connection.execute(insert)
    assert "contact_email_key" in str(told.value)
    assert "secret" not in str(told.value)
    assert told.value.__cause__ is None


def test_a_dead_warehouse_is_unavailable() -> None:
    """Retries only for what is transient: a server that does not answer may answer later."""
    from contact_sync.errors import Unavailable

    nobody = open_warehouse("postgresql://nobody@127.0.0.1:1/contacts", None)
    with pytest.raises(Unavailable, match="did not answer"), nobody.transaction():
        pass
