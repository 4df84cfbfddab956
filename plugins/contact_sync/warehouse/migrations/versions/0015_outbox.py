"""The outbox of everything that is written to Recruit, what the push ledger learnt with it, and its views (PUSH)."""

from contact_sync.warehouse.migration_scripts import grant_to_reader, grant_to_writer, run_scripts

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    run_scripts(__file__, "outbox", "ledger", "views")
    grant_to_writer("sync.outbox", "sync.push_run", "sync.push_history", "sync.pushes_by_reason", "sync.near_misses")
    grant_to_reader("sync.push_history", "sync.pushes_by_reason", "sync.near_misses")


def downgrade() -> None:
    run_scripts(__file__, "downgrade")
