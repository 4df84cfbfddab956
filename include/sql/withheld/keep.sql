-- Purpose:    remember the records that the plan limit kept out, to fetch them again by id (OUT-15).
-- Parameters: none; reads the transaction's this_fetch, batch and outcome.
-- Returns:    nothing; rows affected are records remembered.
INSERT INTO sync.withheld (sync_no, source_no, record_id, created_at, fetch_id)
SELECT this_fetch.sync_no, this_fetch.source_no, outcome.record_id, batch.created_at, this_fetch.fetch_id
FROM outcome
CROSS JOIN this_fetch
JOIN batch USING (record_no)
WHERE outcome.reason = 'plan_limit'
ON CONFLICT (sync_no, source_no, record_id) DO UPDATE SET fetch_id = excluded.fetch_id
