-- Purpose:    every suppression that holds for an address or for the person who has it.
-- Parameters: keys (address keys)
-- Returns:    email_key (as asked), suppression_id, kind
SELECT asked.email_key, held.suppression_id, held.kind
FROM unnest(CAST(:keys AS text[])) AS asked (email_key)
LEFT JOIN contacts.contact AS person ON person.email_key = asked.email_key
JOIN contacts.suppression AS held
    ON held.lifted_at IS NULL AND (held.email_key = asked.email_key OR held.contact_id = person.contact_id)
