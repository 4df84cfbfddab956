-- Purpose:    give people back what the fetch replaced. In one statement, because the address key is checked at its end
--             and an address may go back from one to the other.
-- Parameters: fetch_id; reads the transaction's table reverting.
-- Returns:    nothing; rows affected are people.
UPDATE contacts.contact AS person
SET email            = CASE WHEN back.gives_address THEN kept.before ->> 'email' ELSE person.email END,
    email_key        = CASE WHEN back.gives_address THEN kept.before ->> 'email_key' ELSE person.email_key END,
    first_name       = CASE WHEN back.gives_values THEN kept.before ->> 'first_name' ELSE person.first_name END,
    last_name        = CASE WHEN back.gives_values THEN kept.before ->> 'last_name' ELSE person.last_name END,
    fields           = CASE WHEN back.gives_values THEN kept.before -> 'fields' ELSE person.fields END,
    deleted_at       = CASE WHEN back.deletes THEN CAST(kept.before ->> 'deleted_at' AS timestamptz) ELSE person.deleted_at END,
    deleted_reason   = CASE WHEN back.deletes THEN kept.before ->> 'deleted_reason' ELSE person.deleted_reason END,
    updated_at       = now(),
    updated_by_fetch = CAST(kept.before ->> 'updated_by_fetch' AS bigint)
FROM sync.field_change AS kept
JOIN (
    SELECT
        contact_id,
        bool_or(kind = 'address')  AS gives_address,
        bool_or(kind = 'values')   AS gives_values,
        bool_or(kind = 're_added') AS deletes
    FROM reverting
    WHERE left_because IS NULL AND kind IN ('address', 'values', 're_added')
    GROUP BY contact_id
) AS back USING (contact_id)
WHERE kept.fetch_id = :fetch_id AND person.contact_id = kept.contact_id
