-- Purpose:    write sends; of several of one campaign to one person the last.
-- Parameters: retried (whether those that were set aside before, or those of this import); reads the transaction's event.
-- Returns:    nothing; rows affected are sends that are new, or later than the known one.
INSERT INTO contacts.send AS known (campaign_id, contact_id, sent_at)
SELECT campaign_id, contact_id, max(at)
FROM event
WHERE kind = 'send' AND retried = :retried AND campaign_id IS NOT NULL AND contact_id IS NOT NULL
GROUP BY campaign_id, contact_id
ON CONFLICT (campaign_id, contact_id) DO UPDATE SET sent_at = excluded.sent_at WHERE excluded.sent_at > known.sent_at
