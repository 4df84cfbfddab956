-- Purpose:    records of Recruit's Campaigns that we made.
-- Parameters: account
-- Returns:    record_id
SELECT record_id FROM sync.outbox WHERE kind = 'campaign' AND account = :account AND record_id IS NOT NULL
