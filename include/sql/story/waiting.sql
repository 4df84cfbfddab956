-- Purpose:    rows of event files that wait until their campaign or person is there, for one of the addresses (CAMP-1).
-- Parameters: keys (addresses)
-- Returns:    kind (send, response), response (null: a send), campaign (as the mailer names it), reason, since.
SELECT kind, response, campaign, reason, first_seen_at AS since
FROM sync.event_set_aside
WHERE email_key = ANY (CAST(:keys AS text[])) AND reason IN ('unknown_campaign', 'unknown_contact')
ORDER BY first_seen_at, aside_id
