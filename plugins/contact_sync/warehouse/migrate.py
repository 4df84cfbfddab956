"""Brings the warehouse to the version of this package, with Alembic.

Safe to call by several processes at once: the first holds a lock, the others find nothing left to do.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

MIGRATION_LOCK = 7_305_402_001
FOLDER = Path(__file__).with_name("migrations")


def migrate(engine: Engine, revision: str = "head") -> None:
    """Run every migration that the warehouse has not seen, up to `revision`, in one transaction."""
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        connection.execute(text("CREATE SCHEMA IF NOT EXISTS sync"))
        command.upgrade(_config(connection), revision)


def versions(engine: Engine) -> tuple[str | None, str | None]:
    """(version of the warehouse, newest version that this package knows); the first is None before `migrate`."""
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"version_table": "schema_version", "version_table_schema": "sync"}
        )
        return context.get_current_revision(), ScriptDirectory(str(FOLDER)).get_current_head()


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
