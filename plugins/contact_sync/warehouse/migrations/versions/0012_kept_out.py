"""Whose suppression a record came with that no contact had (OUT-11, OUT-13)."""

from contact_sync.warehouse.migration_scripts import run_scripts

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    run_scripts(__file__, "suppressed_record")


def downgrade() -> None:
    run_scripts(__file__, "downgrade")
