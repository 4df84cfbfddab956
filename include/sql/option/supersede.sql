-- Purpose:    take back the questions that earlier fetches of the sync left open: this fetch has judged them again (ADV-8).
-- Parameters: none; reads the transaction's this_fetch and removal.
-- Returns:    nothing; rows affected are removals replaced by this fetch's, or dropped because they no longer hold.
UPDATE sync.removal AS waiting
SET state      = CASE WHEN EXISTS (SELECT FROM removal AS again WHERE again.contact_id = waiting.contact_id) THEN 'replaced' ELSE 'dropped' END,
    decided_at = this_fetch.started_at,
    decided_by = 'fetch ' || this_fetch.fetch_id
FROM this_fetch
WHERE waiting.sync_no = this_fetch.sync_no
  AND waiting.state = 'pending'
  AND waiting.fetch_id IS DISTINCT FROM this_fetch.fetch_id
