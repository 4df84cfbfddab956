"""The address that a record came with and its person does not have (OUT-11, OUT-13)."""

from contact_sync.warehouse.migration_scripts import run_scripts

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    run_scripts(__file__, "untaken_address")


def downgrade() -> None:
    run_scripts(__file__, "downgrade")
