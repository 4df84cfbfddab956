-- Purpose:    every suppression of a person or of an address of theirs, lifted ones too (OUT-17).
-- Parameters: contact_id (null: nobody's), keys (addresses), hashes (of them; an empty array: none)
-- Returns:    suppression_id, kind, of_person, of_address, origin, carried_from, reason, created_by, created_at, lifted_by,
--             lifted_reason, lifted_at, holds (it keeps the person from being mailed now: it is theirs, or of the address that
--             they have); those first, then what is not lifted, then the last first.
SELECT
    held.suppression_id, held.kind, held.contact_id IS NOT NULL AS of_person,
    held.email_key IS NOT NULL OR held.address_hash IS NOT NULL AS of_address, held.origin, held.carried_from, held.reason,
    held.created_by, held.created_at, held.lifted_by, held.lifted_reason, held.lifted_at,
    held.lifted_at IS NULL AND (
        held.contact_id IS NOT NULL OR person.contact_id IS NULL OR coalesce(held.email_key = person.email_key, false)
    ) AS holds
FROM contacts.suppression AS held
LEFT JOIN contacts.contact AS person ON person.contact_id = CAST(:contact_id AS bigint)
WHERE held.suppression_id IN (
    SELECT suppression_id FROM contacts.suppression WHERE contact_id = CAST(:contact_id AS bigint)
    UNION
    SELECT suppression_id FROM contacts.suppression WHERE email_key = ANY (CAST(:keys AS text[]))
      AND (contact_id IS NULL OR contact_id = CAST(:contact_id AS bigint))
    UNION
    SELECT suppression_id FROM contacts.suppression WHERE address_hash = ANY (CAST(:hashes AS bytea[]))
      AND (contact_id IS NULL OR contact_id = CAST(:contact_id AS bigint))
)
ORDER BY holds DESC, held.lifted_at IS NOT NULL, held.suppression_id DESC
