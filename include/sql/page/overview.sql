-- Purpose:    where some syncs stand: the last run of each, its last loaded one, and up to when they have read.
-- Parameters: sync_ids (text[]).
-- Returns:    a row for each that is registered: sync_id, state, inactive_reason, since (registered, or its state changed);
--             status, reason, remedy, started_at, fetch_id of its last run that was no preview; counted_fetch,
--             counted_at and counters of the last that loaded; read_until: the latest end of a window that was loaded,
--             but by a backfill. Empty where there is none.
SELECT
    sync.sync_id,
    sync.state,
    sync.inactive_reason,
    greatest(sync.registered_at, sync.state_changed_at) AS since,
    latest.status,
    latest.reason,
    latest.remedy,
    latest.started_at,
    latest.fetch_id,
    counted.fetch_id    AS counted_fetch,
    counted.started_at  AS counted_at,
    counted.total,
    counted.new,
    counted.re_added,
    counted.duplicate,
    counted.ignored,
    success.window_end  AS read_until
FROM sync.sync
LEFT JOIN LATERAL (
    SELECT fetch_id, status, reason, remedy, started_at
    FROM sync.fetch AS run
    WHERE run.sync_no = sync.sync_no AND NOT preview
    ORDER BY run.started_at DESC, fetch_id DESC
    LIMIT 1
) AS latest ON true
LEFT JOIN LATERAL (
    SELECT
        fetch_id, started_at, total, new, re_added, ignored,
        duplicate_in_list + duplicate_other_list + duplicate_no_list AS duplicate
    FROM sync.fetch AS run
    WHERE run.sync_no = sync.sync_no AND loaded_at IS NOT NULL
    ORDER BY run.started_at DESC, fetch_id DESC
    LIMIT 1
) AS counted ON true
LEFT JOIN LATERAL (
    SELECT max(run.window_end) AS window_end
    FROM sync.fetch AS run
    WHERE run.sync_no = sync.sync_no AND run.loaded_at IS NOT NULL AND run.run_type <> 'backfill'
) AS success ON true
WHERE sync.sync_id = ANY(:sync_ids)
ORDER BY sync.registered_at, sync.sync_no
