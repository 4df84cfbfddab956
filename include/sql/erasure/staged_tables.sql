-- Purpose:    the staging tables of fetches.
-- Parameters: none.
-- Returns:    kind (fetch, outcome, sighting or removal), fetch_id, source_no; by fetch
SELECT staged.kind, run.fetch_id, run.source_no
FROM (
    SELECT substring(tablename FROM '^[a-z]+') AS kind, CAST(substring(tablename FROM '\d+$') AS bigint) AS fetch_id
    FROM pg_tables
    WHERE schemaname = 'staging' AND tablename ~ '^(fetch|outcome|sighting|removal)_\d+$'
) AS staged
JOIN sync.fetch AS run USING (fetch_id)
ORDER BY run.fetch_id, staged.kind
