-- Purpose:    where a taken record turned out to belong to another contact by its new address, removals by hand hold for that
--             one too, in every list that it is not in: they belong to the person (OUT-13, OUT-18). A later fetch of such a
--             list would bring the person back in.
-- Parameters: none; reads the transaction's this_fetch and outcome.
-- Returns:    nothing; rows affected are memberships that hold the person out now.
INSERT INTO contacts.membership AS member (list_id, contact_id, status, reason, since)
SELECT DISTINCT held.list_id, outcome.contact_id, 'removed', 'removed_by_hand', this_fetch.started_at
FROM outcome
CROSS JOIN this_fetch
JOIN contacts.membership AS held ON held.contact_id = outcome.clash_contact_id
WHERE outcome.outcome IN ('duplicate', 're_added')
  AND held.status = 'removed'
  AND held.reason = 'removed_by_hand'
ON CONFLICT (list_id, contact_id) DO UPDATE
SET reason = excluded.reason,
    since  = excluded.since
WHERE member.status = 'removed' AND member.reason IS DISTINCT FROM 'removed_by_hand'
