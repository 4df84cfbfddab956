-- Purpose:    what is known of clients by their names.
-- Parameters: account, keys
-- Returns:    key, state, record_id
SELECT key, state, record_id
FROM sync.outbox
WHERE kind = 'client' AND account = :account AND key = ANY(CAST(:keys AS text[]))
