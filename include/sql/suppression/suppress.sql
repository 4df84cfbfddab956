-- Purpose:    suppress addresses and the people who have them (OUT-17); of an address that nobody has now, the person who
--             had it last. Those already suppressed in this way stay as they are.
-- Parameters: keys (address keys), kind, reason, who
-- Returns:    nothing; rows affected are suppressions added.
INSERT INTO contacts.suppression (kind, contact_id, email_key, origin, reason, created_by, created_at)
SELECT :kind, coalesce(person.contact_id, former.contact_id), asked.email_key, 'command', :reason, :who, statement_timestamp()
FROM unnest(CAST(:keys AS text[])) AS asked (email_key)
LEFT JOIN contacts.contact AS person ON person.email_key = asked.email_key
LEFT JOIN (
    SELECT DISTINCT ON (email_key) email_key, contact_id
    FROM contacts.address_history
    ORDER BY email_key, replaced_at DESC, contact_id
) AS former ON former.email_key = asked.email_key
WHERE NOT EXISTS (
    SELECT FROM contacts.suppression AS held
    WHERE held.email_key = asked.email_key AND held.kind = :kind AND held.lifted_at IS NULL
)
