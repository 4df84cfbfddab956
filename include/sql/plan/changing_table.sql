-- Purpose:    which contact fields of known people a rehearsed fetch gave another value.
-- Parameters: fetch_id
-- Returns:    nothing; makes the transaction's table changing, a row for each person and field.
CREATE TEMPORARY TABLE changing ON COMMIT DROP AS
SELECT kept.contact_id, field.name AS field
FROM sync.field_change AS kept
JOIN contacts.contact AS person USING (contact_id)
CROSS JOIN LATERAL (
    SELECT coalesce(former.key, present.key) AS name
    FROM jsonb_each(jsonb_strip_nulls((kept.before -> 'fields') || jsonb_build_object(
        'email', kept.before -> 'email', 'first_name', kept.before -> 'first_name', 'last_name', kept.before -> 'last_name'
    ))) AS former
    FULL JOIN jsonb_each(jsonb_strip_nulls(person.fields || jsonb_build_object(
        'email', person.email, 'first_name', person.first_name, 'last_name', person.last_name
    ))) AS present ON present.key = former.key
    WHERE former.value IS DISTINCT FROM present.value
) AS field
WHERE kept.fetch_id = :fetch_id
