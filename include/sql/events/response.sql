-- Purpose:    write responses; one that is known already stays as it is. They arrive now, however long ago they happened.
-- Parameters: retried (whether those that were set aside before, or those of this import); reads the transaction's event.
-- Returns:    nothing; rows affected are responses that are new.
INSERT INTO contacts.response (campaign_id, contact_id, kind, happened_at, arrived_at)
SELECT campaign_id, contact_id, response, at, statement_timestamp()
FROM event
WHERE kind = 'response' AND retried = :retried AND campaign_id IS NOT NULL AND contact_id IS NOT NULL
ON CONFLICT (campaign_id, contact_id, kind, happened_at) DO NOTHING
