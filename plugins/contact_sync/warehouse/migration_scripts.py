"""What migrations have in common: their .sql files, which lie in a folder of their name beside them, and grants."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from alembic import op


def run_scripts(migration: str, *names: str) -> None:
    """Run these files of a migration, in this order. migration: its `__file__`. names: without the ending."""
    folder = Path(migration).with_suffix("")
    driver: Any = op.get_bind().connection.driver_connection
    for name in names:
        script = (folder / f"{name}.sql").read_text(encoding="utf-8")
        # straight to the driver: several statements at once, and no placeholder is looked for in them
        driver.execute(script)


def grant_to_writer(*tables: str) -> None:
    """Let the role of the tasks read and write new tables and views."""
    _grant("contact_sync_writer", "SELECT, INSERT, UPDATE, DELETE", tables)


def grant_to_reader(*views: str) -> None:
    """Let the role of analysts read new views."""
    _grant("contact_sync_reader", "SELECT", views)


def _grant(role: str, rights: str, relations: Sequence[str]) -> None:
    """A server whose migrating user may not make roles goes on without them."""
    op.get_bind().exec_driver_sql(
        f"DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN "
        f"GRANT {rights} ON {', '.join(relations)} TO {role}; END IF; END $$"
    )
