"""Credits that are reserved before calls, and a view of what each account spent (LIM-5)."""

from alembic import op

from contact_sync.warehouse.migration_scripts import grant_to_reader, grant_to_writer, run_scripts

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    run_scripts(__file__, "credits")
    grant_to_reader("sync.credits_last_24_hours")
    grant_to_writer("sync.credit_reservation", "sync.credits_last_24_hours")


def downgrade() -> None:
    op.get_bind().exec_driver_sql("DROP VIEW sync.credits_last_24_hours")
    op.get_bind().exec_driver_sql("DROP TABLE sync.credit_reservation")
