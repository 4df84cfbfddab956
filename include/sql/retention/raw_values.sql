-- Purpose:    blank the raw values in the evidence of old ledger rows; field and reason stay (MAP-6, MAP-8). The condition
--             is word for word the one of the index ledger_raw.
-- Parameters: before, most (rows at once)
-- Returns:    nothing; rows affected are records.
UPDATE sync.ledger
SET evidence = evidence || jsonb_strip_nulls(jsonb_build_object(
    'misfits',
    (SELECT jsonb_object_agg(misfit.key, misfit.value - 'raw') FROM jsonb_each(evidence -> 'misfits') AS misfit),
    'held_by_another',
    (SELECT jsonb_object_agg(lost.key, lost.value - 'raw') FROM jsonb_each(evidence -> 'held_by_another') AS lost)
))
WHERE (fetch_started_at, fetch_id, record_no) IN (
    SELECT fetch_started_at, fetch_id, record_no
    FROM sync.ledger
    WHERE fetch_started_at < :before AND jsonb_path_exists(evidence, '$.*.*.raw')
    LIMIT :most
)
