-- Purpose:    note what became of campaigns, or that they are about to be made.
-- Parameters: account; arrays of one entry a campaign: campaign_ids, keys: their names, states, record_ids, details (null: none)
-- Returns:    nothing; rows affected are rows of the outbox.
INSERT INTO sync.outbox AS kept (
    kind, account, module, campaign_id, key, state, attempts, record_id, detail, sent_at, changed_at
)
SELECT
    'campaign', :account, 'Campaigns', asked.campaign_id, asked.key, asked.state,
    CASE WHEN asked.state = 'sending' THEN 1 ELSE 0 END, asked.record_id, asked.detail,
    CASE WHEN asked.state = 'sending' THEN clock_timestamp() END, now()
FROM unnest(
    CAST(:campaign_ids AS bigint[]), CAST(:keys AS text[]), CAST(:states AS text[]), CAST(:record_ids AS text[]),
    CAST(:details AS text[])
) AS asked (campaign_id, key, state, record_id, detail)
ON CONFLICT (account, campaign_id) WHERE kind = 'campaign' DO UPDATE
SET state      = excluded.state,
    key        = excluded.key,
    attempts   = kept.attempts + excluded.attempts,
    record_id  = excluded.record_id,
    detail     = excluded.detail,
    sent_at    = coalesce(excluded.sent_at, kept.sent_at),
    changed_at = now()
