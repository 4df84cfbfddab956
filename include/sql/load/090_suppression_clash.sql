-- Purpose:    where a record's address turned out to belong to another contact, let the stricter suppression cover
--             both people (OUT-13).
-- Parameters: none; reads the transaction's this_fetch and outcome.
-- Returns:    nothing; rows affected are suppressions carried over.
INSERT INTO contacts.suppression (kind, contact_id, origin, reason, created_by, created_at)
SELECT DISTINCT ON (pair.other_id, source.kind)
    source.kind, pair.other_id, 'address_clash of suppression ' || source.suppression_id, source.reason,
    'fetch ' || this_fetch.fetch_id, this_fetch.started_at
FROM (
    SELECT clash_contact_id AS one_id, contact_id AS other_id FROM outcome WHERE clash_contact_id IS NOT NULL
    UNION
    SELECT contact_id, clash_contact_id FROM outcome WHERE clash_contact_id IS NOT NULL
) AS pair
CROSS JOIN this_fetch
JOIN contacts.suppression AS source ON source.contact_id = pair.one_id AND source.lifted_at IS NULL
WHERE NOT EXISTS (
    SELECT FROM contacts.suppression AS held
    WHERE held.contact_id = pair.other_id AND held.kind = source.kind AND held.lifted_at IS NULL
)
ORDER BY pair.other_id, source.kind, source.suppression_id
