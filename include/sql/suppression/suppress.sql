-- Purpose:    suppress addresses and the people who have them (OUT-17); those already suppressed in this way stay as they are.
-- Parameters: keys (address keys), kind, reason, who
-- Returns:    nothing; rows affected are suppressions added.
INSERT INTO contacts.suppression (kind, contact_id, email_key, origin, reason, created_by, created_at)
SELECT :kind, person.contact_id, asked.email_key, 'command', :reason, :who, now()
FROM unnest(CAST(:keys AS text[])) AS asked (email_key)
LEFT JOIN contacts.contact AS person ON person.email_key = asked.email_key
WHERE NOT EXISTS (
    SELECT FROM contacts.suppression AS held
    WHERE held.email_key = asked.email_key AND held.kind = :kind AND held.lifted_at IS NULL
)
