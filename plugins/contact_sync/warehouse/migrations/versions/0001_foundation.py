"""The schemas contacts, sync and staging with everything in them.

The statements lie in the .sql files beside this one, because tables, comments, triggers, partitions and views are
all plainest in SQL and stand nowhere else a second time.
"""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None

FILES = ("contacts", "sync", "staging", "change_number", "views", "roles")


def upgrade() -> None:
    folder = Path(__file__).with_name("0001_foundation")
    for name in FILES:
        script = (folder / f"{name}.sql").read_text(encoding="utf-8")
        # straight to the driver: several statements at once, and no placeholder is looked for in them
        op.get_bind().connection.driver_connection.execute(script)


def downgrade() -> None:
    op.get_bind().exec_driver_sql("DROP SCHEMA IF EXISTS staging, contacts CASCADE")
