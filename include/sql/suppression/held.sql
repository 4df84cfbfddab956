-- Purpose:    every suppression that holds for an address or for the person who has it; of somebody erased, whom nothing but
--             the hash of the address tells, all that once were written for the person too.
-- Parameters: keys (address keys), hashes (their keyed hashes, each null if nobody was ever erased)
-- Returns:    email_key (as asked), suppression_id, kind; each once
WITH asked AS (
    SELECT given.email_key, given.hash
    FROM unnest(CAST(:keys AS text[]), CAST(:hashes AS bytea[])) AS given (email_key, hash)
),
erasure AS (
    SELECT asked.email_key, held.suppression_id, held.contact_id
    FROM asked
    JOIN sync.erased ON erased.hash = asked.hash
    JOIN contacts.suppression AS held USING (suppression_id)
    WHERE held.lifted_at IS NULL
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
UNION
SELECT email_key, suppression_id, 'erased' FROM erasure
UNION
SELECT erasure.email_key, held.suppression_id, held.kind
FROM erasure
JOIN contacts.suppression AS held USING (contact_id)
WHERE held.lifted_at IS NULL
UNION
SELECT erasure.email_key, held.suppression_id, held.kind
FROM erasure
JOIN sync.erased AS theirs USING (suppression_id)
JOIN contacts.suppression AS held ON held.address_hash = theirs.hash
WHERE held.lifted_at IS NULL
