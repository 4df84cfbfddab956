"""Slots, places of a day and initiations of a month that the limits count, and syncs whose file is gone (LIM-2, LIM-3).

A sync that is registered already keeps its state and counts as activated before; days that have passed hold no places.
"""

from contact_sync.warehouse.migration_scripts import run_scripts

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    run_scripts(__file__, "limits")


def downgrade() -> None:
    run_scripts(__file__, "downgrade")
