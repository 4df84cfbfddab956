-- Purpose:    suppress addresses and the people who have them (OUT-17); of an address that nobody has now, the person who
--             had it. Those already suppressed in this way stay as they are.
-- Parameters: keys (address keys), former_keys (those of them that nobody has now), former_ids (who had each), kind, reason,
--             who
-- Returns:    nothing; rows affected are suppressions added.
INSERT INTO contacts.suppression (kind, contact_id, email_key, origin, reason, created_by, created_at)
SELECT :kind, coalesce(person.contact_id, former.contact_id), asked.email_key, 'command', :reason, :who, statement_timestamp()
FROM unnest(CAST(:keys AS text[])) AS asked (email_key)
LEFT JOIN contacts.contact AS person ON person.email_key = asked.email_key
LEFT JOIN unnest(CAST(:former_keys AS text[]), CAST(:former_ids AS bigint[])) AS former (email_key, contact_id)
    ON former.email_key = asked.email_key
WHERE NOT EXISTS (
    SELECT FROM contacts.suppression AS held
    WHERE held.email_key = asked.email_key AND held.kind = :kind AND held.lifted_at IS NULL
)
