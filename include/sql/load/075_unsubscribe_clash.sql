-- Purpose:    where a record's address turned out to belong to another contact, an unsubscribe of the one holds for the
--             other too: it belongs to the person (OUT-11, OUT-13). In lists that the other is not in, a removed
--             membership keeps it for the day when a fetch would bring them in.
-- Parameters: none; reads the transaction's this_fetch and outcome.
-- Returns:    nothing; rows affected are memberships that carry the unsubscribe now.
INSERT INTO contacts.membership AS member (list_id, contact_id, status, reason, since, unsubscribed_at)
SELECT DISTINCT ON (one.list_id, pair.other_id)
    one.list_id, pair.other_id, 'removed', 'address_clash', this_fetch.started_at, one.unsubscribed_at
FROM (
    SELECT clash_contact_id AS one_id, contact_id AS other_id FROM outcome WHERE clash_contact_id IS NOT NULL
    UNION
    SELECT contact_id, clash_contact_id FROM outcome WHERE clash_contact_id IS NOT NULL
) AS pair
CROSS JOIN this_fetch
JOIN contacts.membership AS one ON one.contact_id = pair.one_id AND one.unsubscribed_at IS NOT NULL
ORDER BY one.list_id, pair.other_id, one.unsubscribed_at
ON CONFLICT (list_id, contact_id) DO UPDATE
SET unsubscribed_at = excluded.unsubscribed_at,
    status          = CASE WHEN member.status = 'subscribed' THEN 'unsubscribed' ELSE member.status END,
    since           = CASE WHEN member.status = 'subscribed' THEN excluded.since ELSE member.since END
WHERE member.unsubscribed_at IS NULL
