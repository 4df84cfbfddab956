-- Purpose:    hold the fetches that have staging tables, so that no stage and no housekeeping works on these meanwhile.
-- Parameters: none.
-- Returns:    fetch_id
SELECT run.fetch_id
FROM sync.fetch AS run
WHERE run.fetch_id IN (
    SELECT CAST(substring(tablename FROM '\d+$') AS bigint)
    FROM pg_tables
    WHERE schemaname = 'staging' AND tablename ~ '^(fetch|outcome|sighting|removal)_\d+$'
)
ORDER BY run.fetch_id
FOR NO KEY UPDATE
