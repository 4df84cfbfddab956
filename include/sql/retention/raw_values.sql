-- Purpose:    blank the raw values in the evidence of old ledger rows; field and reason stay (MAP-6). The condition is
--             word for word the one of the index ledger_raw.
-- Parameters: before, most (rows at once)
-- Returns:    nothing; rows affected are records.
UPDATE sync.ledger
SET evidence = jsonb_set(evidence, ARRAY['misfits'], (
    SELECT jsonb_object_agg(misfit.key, misfit.value - 'raw') FROM jsonb_each(evidence -> 'misfits') AS misfit
))
WHERE (fetch_started_at, fetch_id, record_no) IN (
    SELECT fetch_started_at, fetch_id, record_no
    FROM sync.ledger
    WHERE fetch_started_at < :before AND jsonb_path_exists(evidence, '$.misfits.*.raw')
    LIMIT :most
)
