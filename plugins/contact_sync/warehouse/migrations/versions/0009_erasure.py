"""People erased for good: keyed hashes of their addresses and records; what staging and acts need for it (OPS-6)."""

from contact_sync.warehouse.migration_scripts import run_scripts

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    run_scripts(__file__, "erased")


def downgrade() -> None:
    run_scripts(__file__, "downgrade")
