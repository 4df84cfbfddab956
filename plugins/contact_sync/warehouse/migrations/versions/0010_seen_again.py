"""When a configuration was seen again (CFG-1), what tokens were asked for with (ACC-3), bulk jobs beside (SRC-12)."""

from contact_sync.warehouse.migration_scripts import run_scripts

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    run_scripts(__file__, "in_force", "token_request", "bulk_parts")


def downgrade() -> None:
    run_scripts(__file__, "downgrade")
