"""Campaigns, sends and responses from files (CAMP-1), and the views over them (CAMP-6 to CAMP-8)."""

from contact_sync.warehouse.migration_scripts import grant_to_reader, grant_to_writer, run_scripts

revision = "0014"
down_revision = "0013"

VIEWS = (
    "contacts.member_status",
    "contacts.campaign_response_statistics",
    "contacts.recipients_by_response",
    "contacts.person_campaigns",
    "sync.events_set_aside",
)


def upgrade() -> None:
    run_scripts(__file__, "set_aside", "campaigns", "bounces", "views")
    grant_to_writer("sync.event_set_aside", *VIEWS)
    grant_to_reader(*VIEWS)


def downgrade() -> None:
    run_scripts(__file__, "downgrade")
