"""Campaigns in Recruit, ours and its own, and the member statuses that are written there (CAMP-2 to CAMP-6)."""

from contact_sync.warehouse.migration_scripts import grant_to_reader, grant_to_writer, run_scripts

revision = "0016"
down_revision = "0015"

VIEWS = ("contacts.campaigns_everywhere", "sync.campaign_readings", "sync.status_history", "sync.statuses_by_reason")


def upgrade() -> None:
    run_scripts(__file__, "tables", "views")
    grant_to_writer("sync.recruit_campaign", "sync.campaign_reading", "sync.status_push", *VIEWS)
    grant_to_reader(*VIEWS)


def downgrade() -> None:
    run_scripts(__file__, "downgrade")
