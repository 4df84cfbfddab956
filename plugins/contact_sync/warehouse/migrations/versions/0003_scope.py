"""What criteria leave behind: unmet conditions in the batch; what was sent, returned and kept in the fetch."""

from pathlib import Path

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    script = Path(__file__).with_name("0003_scope") / "scope.sql"
    # straight to the driver: several statements at once, and no placeholder is looked for in them
    op.get_bind().connection.driver_connection.execute(script.read_text(encoding="utf-8"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql("ALTER TABLE staging.batch_template DROP COLUMN unmet")
    for column in ("read_by", "conditions_sent", "rows_returned", "rows_kept", "rows_contradicting", "told_mapping"):
        op.get_bind().exec_driver_sql(f"ALTER TABLE sync.fetch DROP COLUMN {column}")
