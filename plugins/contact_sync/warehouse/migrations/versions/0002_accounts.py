"""Fingerprints of accounts, the source of each sync, and states that people set by hand.

An existing sync reads the source of its latest fetch; no account counts as seen yet, so nothing becomes inactive by
the upgrade itself.
"""

from alembic import op

from contact_sync.warehouse.migration_scripts import grant_to_writer, run_scripts

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    run_scripts(__file__, "states")
    grant_to_writer("sync.account")


def downgrade() -> None:
    # What may stand in sync.act stays wide: acts of the newer kinds are history and are kept.
    op.get_bind().exec_driver_sql("DROP TABLE sync.account")
    op.get_bind().exec_driver_sql("ALTER TABLE sync.sync DROP COLUMN source_no")
    op.get_bind().exec_driver_sql("ALTER TABLE sync.sync DROP CONSTRAINT sync_inactive_reason_check")
