-- Purpose:    the fetches whose staging tables are not needed any more: ended long ago, or not known at all.
-- Parameters: before
-- Returns:    fetch_id; in order.
SELECT DISTINCT staged.fetch_id
FROM (
    SELECT CAST(substring(tablename FROM '\d+$') AS bigint) AS fetch_id
    FROM pg_tables
    WHERE schemaname = 'staging' AND tablename ~ '^(fetch|sighting|outcome|removal)_\d+$'
) AS staged
LEFT JOIN sync.fetch AS run USING (fetch_id)
WHERE run.fetch_id IS NULL OR (run.status <> 'running' AND run.finished_at < :before)
ORDER BY staged.fetch_id
