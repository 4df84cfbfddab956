-- Purpose:    note what became of clients, or that they are about to be made.
-- Parameters: account; arrays of one entry a client: keys, states, record_ids (null: not known)
-- Returns:    nothing; rows affected are rows of the outbox.
INSERT INTO sync.outbox AS kept (kind, account, module, key, state, attempts, record_id, sent_at, changed_at)
SELECT
    'client', :account, 'Clients', asked.key, asked.state, CASE WHEN asked.state = 'sending' THEN 1 ELSE 0 END,
    asked.record_id, CASE WHEN asked.state = 'sending' THEN clock_timestamp() END, now()
FROM unnest(CAST(:keys AS text[]), CAST(:states AS text[]), CAST(:record_ids AS text[])) AS asked (key, state, record_id)
ON CONFLICT (account, key) WHERE kind = 'client' DO UPDATE
SET state      = excluded.state,
    attempts   = kept.attempts + excluded.attempts,
    record_id  = excluded.record_id,
    sent_at    = coalesce(excluded.sent_at, kept.sent_at),
    changed_at = now()
