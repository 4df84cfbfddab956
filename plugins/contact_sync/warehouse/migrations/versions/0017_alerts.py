"""What alerts were raised and told (OPS-7), and how each list stands, for DAGs downstream (OPS-13)."""

from contact_sync.warehouse.migration_scripts import grant_to_reader, grant_to_writer, run_scripts

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    run_scripts(__file__, "alert", "list_health")
    grant_to_writer("sync.alert", "sync.list_health")
    grant_to_reader("sync.alert", "sync.list_health")


def downgrade() -> None:
    run_scripts(__file__, "downgrade")
