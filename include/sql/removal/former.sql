-- Purpose:    whose addresses were that nobody has now: of people who had them before, or whose records came with them
--             (OUT-13, OUT-17, OUT-18).
-- Parameters: keys (address keys)
-- Returns:    email_key, contact_ids (in order); no row for an address that somebody has now, or that nobody ever had.
SELECT known.email_key, array_agg(DISTINCT known.contact_id ORDER BY known.contact_id) AS contact_ids
FROM (
    SELECT email_key, contact_id FROM contacts.address_history
    UNION ALL
    SELECT email_key, contact_id FROM contacts.source_link
    UNION ALL
    SELECT untaken_key, contact_id FROM contacts.source_link WHERE untaken_key IS NOT NULL
) AS known
WHERE known.email_key = ANY (CAST(:keys AS text[]))
  AND NOT EXISTS (SELECT FROM contacts.contact AS owner WHERE owner.email_key = known.email_key)
GROUP BY known.email_key
