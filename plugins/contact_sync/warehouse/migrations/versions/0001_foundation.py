"""The schemas contacts, sync and staging with everything in them.

The statements lie in the .sql files beside this one, because tables, comments, triggers, partitions and views are
all plainest in SQL and stand nowhere else a second time.
"""

from alembic import op

from contact_sync.warehouse.migration_scripts import run_scripts

revision = "0001"
down_revision = None

FILES = ("contacts", "sync", "staging", "change_number", "views", "roles")


def upgrade() -> None:
    run_scripts(__file__, *FILES)


def downgrade() -> None:
    op.get_bind().exec_driver_sql("DROP SCHEMA IF EXISTS staging, contacts CASCADE")
