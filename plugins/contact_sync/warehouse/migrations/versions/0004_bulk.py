"""Bulk jobs of a fetch: what survives a restart of worker or triggerer while Zoho prepares a file."""

from alembic import op

from contact_sync.warehouse.migration_scripts import grant_to_writer, run_scripts

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    run_scripts(__file__, "bulk")
    grant_to_writer("sync.bulk_job")


def downgrade() -> None:
    op.get_bind().exec_driver_sql("DROP TABLE sync.bulk_job")
