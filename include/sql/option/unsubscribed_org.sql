-- Purpose:    write down that whoever unsubscribed from a list must not be mailed by any (ADV-3, policy unsubscribe_scope).
-- Parameters: none; reads the transaction's this_fetch and newly_unsubscribed.
-- Returns:    nothing; rows affected are suppressions.
INSERT INTO contacts.suppression (kind, contact_id, origin, reason, created_by, created_at)
SELECT
    'unsubscribed_org', newly_unsubscribed.contact_id, 'unsubscribed', 'unsubscribed from a list (policy unsubscribe_scope)',
    'fetch ' || this_fetch.fetch_id, this_fetch.started_at
FROM newly_unsubscribed
CROSS JOIN this_fetch
