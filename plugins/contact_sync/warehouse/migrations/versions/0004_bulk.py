"""Bulk jobs of a fetch: what survives a restart of worker or triggerer while Zoho prepares a file."""

from pathlib import Path

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    script = Path(__file__).with_name("0004_bulk") / "bulk.sql"
    # straight to the driver: several statements at once, and no placeholder is looked for in them
    op.get_bind().connection.driver_connection.execute(script.read_text(encoding="utf-8"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql("DROP TABLE sync.bulk_job")
