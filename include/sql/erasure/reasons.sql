-- Purpose:    what people wrote by hand about the person, or with an address in it: it may quote what is erased.
-- Parameters: contact_id (null: nobody's)
-- Returns:    place (act, suppression, lifted), number, reason, own (it is about the person)
SELECT 'act' AS place, act_id AS number, reason, contact_id IS NOT DISTINCT FROM CAST(:contact_id AS bigint) AS own
FROM sync.act
WHERE reason IS NOT NULL AND (contact_id = CAST(:contact_id AS bigint) OR reason LIKE '%@%')
UNION ALL
SELECT 'suppression', suppression_id, reason, contact_id IS NOT DISTINCT FROM CAST(:contact_id AS bigint)
FROM contacts.suppression
WHERE contact_id = CAST(:contact_id AS bigint) OR reason LIKE '%@%'
UNION ALL
SELECT 'lifted', suppression_id, lifted_reason, contact_id IS NOT DISTINCT FROM CAST(:contact_id AS bigint)
FROM contacts.suppression
WHERE lifted_reason IS NOT NULL AND (contact_id = CAST(:contact_id AS bigint) OR lifted_reason LIKE '%@%')
