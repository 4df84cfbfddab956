-- Purpose:    every suppression that holds for an address or for the person who has it.
-- Parameters: keys (address keys)
-- Returns:    email_key (as asked), suppression_id, kind; each once
WITH asked AS (
    SELECT unnest(CAST(:keys AS text[])) AS email_key
)
SELECT asked.email_key, held.suppression_id, held.kind
FROM asked
JOIN contacts.suppression AS held ON held.email_key = asked.email_key
WHERE held.lifted_at IS NULL
UNION
SELECT asked.email_key, held.suppression_id, held.kind
FROM asked
JOIN contacts.contact AS person ON person.email_key = asked.email_key
JOIN contacts.suppression AS held ON held.contact_id = person.contact_id
WHERE held.lifted_at IS NULL
