-- Purpose:    let the ledger say of deletions that waited for an answer that they are kept, once their question is taken
--             back because it no longer holds: the record is live again, or the sync goes on to another list (ADV-2, ADV-8,
--             RET-11). Run after option/supersede.
-- Parameters: none; reads the transaction's this_fetch.
-- Returns:    nothing; rows affected are ledger rows.
UPDATE sync.ledger AS line
SET reason = 'kept'
FROM this_fetch
JOIN sync.removal AS waited ON waited.sync_no = this_fetch.sync_no
JOIN sync.fetch AS seen ON seen.sync_no = waited.sync_no
WHERE waited.state = 'dropped'
  AND waited.decided_by = 'fetch ' || this_fetch.fetch_id
  AND line.contact_id = waited.contact_id
  AND line.fetch_id = seen.fetch_id
  AND line.fetch_started_at = seen.started_at
  AND line.outcome = 'deleted'
  AND line.reason = 'pending'
