-- Purpose:    how each registered sync stands, as far as alerts ask for it (OPS-7). Of fetches the last counts that was neither
--             skipped nor a preview nor a backfill.
-- Parameters: sync_id (null: all)
-- Returns:    sync_no, sync_id, name, state, inactive_reason, since (registered, or its state changed), fetch_id, run_id, status,
--             reason, loaded, started_at, finished_at, counts, warnings (how many); the latter nine are null without a fetch;
--             read_until (the latest end of a window that was loaded, null: none).
SELECT
    sync.sync_no, sync.sync_id, sync.name, sync.state, sync.inactive_reason,
    greatest(sync.registered_at, sync.state_changed_at) AS since,
    last.fetch_id, last.run_id, last.status, last.reason, last.loaded_at IS NOT NULL AS loaded, last.started_at, last.finished_at,
    jsonb_strip_nulls(jsonb_build_object(
        'read', last.read, 'total', last.total, 'new', last.new, 're_added', last.re_added,
        'duplicate', last.duplicate_in_list + last.duplicate_other_list + last.duplicate_no_list,
        'ignored', last.ignored, 'deleted', last.deleted, 'joined', last.joined, 'removed', last.removed,
        'pending_removals', last.pending_removals, 'pushed', last.pushed
    )) AS counts,
    cardinality(last.warnings) AS warnings,
    (
        SELECT max(run.window_end)
        FROM sync.fetch AS run
        WHERE run.sync_no = sync.sync_no AND run.loaded_at IS NOT NULL AND run.run_type <> 'backfill'
    ) AS read_until
FROM sync.sync
LEFT JOIN LATERAL (
    SELECT run.*
    FROM sync.fetch AS run
    WHERE run.sync_no = sync.sync_no AND run.status NOT IN ('running', 'skipped', 'preview') AND run.run_type <> 'backfill'
    ORDER BY run.started_at DESC, run.fetch_id DESC
    LIMIT 1
) AS last ON true
WHERE CAST(:sync_id AS text) IS NULL OR sync.sync_id = :sync_id
ORDER BY sync.sync_no
