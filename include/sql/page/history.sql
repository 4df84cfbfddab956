-- Purpose:    the import history of one sync, a page of it (OPS-1).
-- Parameters: sync_id; before: a fetch of it, only earlier ones, NULL for the newest; rows: how many.
-- Returns:    a row for each fetch, newest first: its counters, state and times. Credits are left out: they would be
--             added up over all fetches there are.
SELECT
    history.fetch_id, history.run_type, history.started_at, history.finished_at, history.status, history.reason,
    history.read, history.out_of_scope, history.total, history.new, history.re_added, history.duplicate, history.changed,
    history.ignored, history.deleted, history.joined, history.removed, history.pending_removals, history.pushed,
    history.window_start, history.window_end
FROM sync.import_history AS history
WHERE history.sync_id = :sync_id
  AND (
      CAST(:before AS bigint) IS NULL
      OR (history.started_at, history.fetch_id) < (
          SELECT started_at, fetch_id FROM sync.fetch WHERE fetch_id = CAST(:before AS bigint)))
ORDER BY history.started_at DESC, history.fetch_id DESC
LIMIT :rows
