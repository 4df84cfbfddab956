-- Purpose:    let people join the list. Whoever once unsubscribed from it is never subscribed again (OUT-11).
-- Parameters: none; reads the transaction's this_fetch and outcome.
-- Returns:    nothing; rows affected are memberships begun.
INSERT INTO contacts.membership AS member (list_id, contact_id, status, since, joined_by_fetch)
SELECT this_fetch.list_id, outcome.contact_id, 'subscribed', this_fetch.started_at, this_fetch.fetch_id
FROM outcome
CROSS JOIN this_fetch
WHERE outcome.joins
ON CONFLICT (list_id, contact_id) DO UPDATE
SET status          = CASE WHEN member.unsubscribed_at IS NULL THEN 'subscribed' ELSE 'unsubscribed' END,
    reason          = NULL,
    since           = excluded.since,
    joined_by_fetch = excluded.joined_by_fetch
WHERE member.status = 'removed'
