-- Purpose:    what was sent to a module and has no answer: the process was killed, the connection cut, or it is unknown.
-- Parameters: account, module
-- Returns:    switch_no, contact_id, response_id, key, payload, record_id, state, status, status_field; oldest first.
SELECT switch_no, contact_id, response_id, key, payload, record_id, state, status, status_field
FROM sync.outbox
WHERE kind = 'lead' AND account = :account AND module = :module AND state IN ('sending', 'unknown')
ORDER BY outbox_id
