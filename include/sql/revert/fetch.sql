-- Purpose:    the fetch that is to be taken back.
-- Parameters: fetch_id
-- Returns:    at most one row: sync_id, status, loaded_at.
SELECT sync.sync_id, run.status, run.loaded_at
FROM sync.fetch AS run
JOIN sync.sync USING (sync_no)
WHERE run.fetch_id = :fetch_id
