"""What criteria leave behind: unmet conditions in the batch; what was sent, returned and kept in the fetch."""

from alembic import op

from contact_sync.warehouse.migration_scripts import run_scripts

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    run_scripts(__file__, "scope")


def downgrade() -> None:
    op.get_bind().exec_driver_sql("ALTER TABLE staging.batch_template DROP COLUMN unmet")
    for column in ("read_by", "conditions_sent", "rows_returned", "rows_kept", "rows_contradicting", "told_mapping"):
        op.get_bind().exec_driver_sql(f"ALTER TABLE sync.fetch DROP COLUMN {column}")
