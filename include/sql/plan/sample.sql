-- Purpose:    some records of a rehearsed fetch: one of every outcome and reason first, then a second of each, and so on.
-- Parameters: fetch_id; most: how many rows
-- Returns:    record_id, outcome, reason, sub_code, contact_id (none for somebody new), joins, fields (those that change),
--             leaves (why the person leaves), address (as the source has it). Reads the transaction's outcome, batch, removal.
WITH turns AS (
    SELECT
        outcome.*,
        row_number() OVER (PARTITION BY outcome.outcome, outcome.reason, outcome.sub_code ORDER BY outcome.record_no) AS turn
    FROM outcome
)
SELECT
    turns.record_id,
    turns.outcome,
    turns.reason,
    turns.sub_code,
    CASE WHEN turns.outcome <> 'new' THEN turns.contact_id END AS contact_id,
    turns.joins,
    changing.fields,
    leaving.reason AS leaves,
    batch.email_text AS address
FROM turns
JOIN batch USING (record_no)
LEFT JOIN removal AS leaving ON leaving.contact_id = turns.contact_id
LEFT JOIN sync.field_change AS kept
    ON kept.fetch_id = :fetch_id AND kept.contact_id = turns.contact_id AND turns.outcome IN ('duplicate', 're_added')
LEFT JOIN contacts.contact AS person ON person.contact_id = kept.contact_id
CROSS JOIN LATERAL (
    SELECT ARRAY(
        SELECT coalesce(former.key, present.key)
        FROM jsonb_each(jsonb_strip_nulls((kept.before -> 'fields') || jsonb_build_object(
            'email', kept.before -> 'email', 'first_name', kept.before -> 'first_name', 'last_name', kept.before -> 'last_name'
        ))) AS former
        FULL JOIN jsonb_each(jsonb_strip_nulls(person.fields || jsonb_build_object(
            'email', person.email, 'first_name', person.first_name, 'last_name', person.last_name
        ))) AS present ON present.key = former.key
        WHERE former.value IS DISTINCT FROM present.value
        ORDER BY 1
    ) AS fields
) AS changing
ORDER BY turns.turn, turns.record_no
LIMIT :most
