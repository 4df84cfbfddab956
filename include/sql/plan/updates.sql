-- Purpose:    how many known people a rehearsed fetch gave another value of each contact field.
-- Parameters: fetch_id
-- Returns:    field, people; the most people first.
SELECT changing.field, count(*) AS people
FROM sync.field_change AS kept
JOIN contacts.contact AS person USING (contact_id)
CROSS JOIN LATERAL (
    SELECT coalesce(former.key, present.key) AS field
    FROM jsonb_each(jsonb_strip_nulls((kept.before -> 'fields') || jsonb_build_object(
        'email', kept.before -> 'email', 'first_name', kept.before -> 'first_name', 'last_name', kept.before -> 'last_name'
    ))) AS former
    FULL JOIN jsonb_each(jsonb_strip_nulls(person.fields || jsonb_build_object(
        'email', person.email, 'first_name', person.first_name, 'last_name', person.last_name
    ))) AS present ON present.key = former.key
    WHERE former.value IS DISTINCT FROM present.value
) AS changing
WHERE kept.fetch_id = :fetch_id
GROUP BY changing.field
ORDER BY people DESC, changing.field
