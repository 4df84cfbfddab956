-- Purpose:    open the next round of a run's fetch: window, settings and choices are fixed from here on.
-- Parameters: sync_no, source_no, list_id, config_version, dag_id, run_id, run_type, push_choice, now, window_start,
--             window_end, first, moves_watermark, restart, preview
-- Returns:    fetch_id
INSERT INTO sync.fetch (
    sync_no, source_no, list_id, config_version, dag_id, run_id, round, run_type, push_choice,
    started_at, window_start, window_end, first, moves_watermark, restart, preview
)
SELECT
    :sync_no, :source_no, :list_id, :config_version, :dag_id, :run_id, coalesce(max(round), 0) + 1, :run_type, :push_choice,
    :now, :window_start, :window_end, :first, :moves_watermark, :restart, :preview
FROM sync.fetch
WHERE dag_id = :dag_id AND run_id = :run_id
RETURNING fetch_id
