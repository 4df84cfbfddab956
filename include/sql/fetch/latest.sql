-- Purpose:    the newest round of a run's fetch, with the settings that it was opened with.
-- Parameters: dag_id, run_id
-- Returns:    at most one row: what contact_sync.warehouse.fetches.Fetch holds.
SELECT
    run.fetch_id, sync.sync_id, list.name AS list_name, run.sync_no, run.source_no, run.list_id, run.dag_id, run.run_id,
    run.run_type, run.push_choice, run.started_at, run.window_start, run.window_end, run.first, run.moves_watermark,
    run.restart, run.preview, run.attempt, run.stage, run.status, run.warnings, run.proof, run.source_clock, run.staged_rows,
    run.sighted_rows, run.seen_change_no, run.loaded_at, run.touched, version.settings, run.told_mapping,
    run.read, run.out_of_scope, run.total, run.new, run.re_added, run.duplicate_in_list, run.duplicate_other_list,
    run.duplicate_no_list, run.changed, run.ignored, run.deleted, run.joined, run.pushed,
    run.removed, run.pending_removals
FROM sync.fetch AS run
JOIN sync.sync USING (sync_no)
JOIN contacts.mailing_list AS list USING (list_id)
JOIN sync.config_version AS version USING (config_version)
WHERE run.dag_id = :dag_id AND run.run_id = :run_id
ORDER BY run.round DESC
LIMIT 1
