"""Options bound to (sync, record) pairs, what became of records outside the batch, and removals with their guard."""

from contact_sync.warehouse.migration_scripts import run_scripts

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    run_scripts(__file__, "pairs", "removals", "rebound", "views")


def downgrade() -> None:
    run_scripts(__file__, "downgrade")
