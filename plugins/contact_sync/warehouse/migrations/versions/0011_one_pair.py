"""A pair of a sync and a record is bound once, whichever lists the sync took the record into (ADV-5)."""

from contact_sync.warehouse.migration_scripts import run_scripts

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    run_scripts(__file__, "bound_once")


def downgrade() -> None:
    run_scripts(__file__, "downgrade")
