"""What the push of one fetch did is found by the fetch, as its page asks for it (PUSH-4, OPS-8)."""

from contact_sync.warehouse.migration_scripts import run_scripts

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    run_scripts(__file__, "index")


def downgrade() -> None:
    run_scripts(__file__, "downgrade")
