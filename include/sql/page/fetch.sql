-- Purpose:    one fetch of a sync with all that its history tells (OPS-1), and how its source was read.
-- Parameters: sync_id, fetch_id.
-- Returns:    one row, or none if the sync has no such fetch.
SELECT
    history.*,
    run.first, run.restart, run.preview, run.push_choice, run.loaded_at, run.read_by, run.proof, run.source_clock,
    run.outside_window, run.conditions_sent, run.rows_returned, run.rows_kept, run.rows_contradicting
FROM sync.import_history AS history
JOIN sync.fetch AS run USING (fetch_id)
WHERE history.sync_id = :sync_id AND run.fetch_id = :fetch_id
