-- Purpose:    some records of a rehearsed fetch: one of every outcome and reason first, then a second of each, and so on.
-- Parameters: most: how many rows
-- Returns:    record_id, outcome, reason, sub_code, contact_id (none for somebody new), joins, fields (those that change),
--             leaves (why the person leaves), address (as the source has it). Reads the transaction's outcome, batch, removal
--             and changing.
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
    coalesce(changed.fields, '{}') AS fields,
    leaving.reason AS leaves,
    batch.email_text AS address
FROM turns
JOIN batch USING (record_no)
LEFT JOIN removal AS leaving ON leaving.contact_id = turns.contact_id
LEFT JOIN (
    SELECT contact_id, array_agg(field ORDER BY field) AS fields FROM changing GROUP BY contact_id
) AS changed ON changed.contact_id = turns.contact_id AND turns.outcome IN ('duplicate', 're_added')
ORDER BY turns.turn, turns.record_no
LIMIT :most
