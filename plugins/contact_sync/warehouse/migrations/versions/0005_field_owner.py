"""Who holds a contact field that several syncs supply, and what that leaves behind in outcomes and reverts (MAP-8)."""

from alembic import op

from contact_sync.warehouse.migration_scripts import grant_to_writer, run_scripts

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    run_scripts(__file__, "field_owner")
    grant_to_writer("contacts.field_owner")


def downgrade() -> None:
    op.get_bind().exec_driver_sql("DROP TABLE contacts.field_owner")
    op.get_bind().exec_driver_sql("DROP INDEX sync.ledger_raw")
    op.get_bind().exec_driver_sql(
        "CREATE INDEX ledger_raw ON sync.ledger (fetch_started_at) WHERE jsonb_path_exists(evidence, '$.misfits.*.raw')"
    )
    for column in ("owns", "lost", "unwritten"):
        op.get_bind().exec_driver_sql(f"ALTER TABLE staging.outcome_template DROP COLUMN {column}")
