-- Purpose:    take what is to be told, so that nobody else tells it (OPS-7).
-- Parameters: none; holds the rows until the transaction ends.
-- Returns:    alert_id, sync_id, name, kind, began_at, fetch_id, run_id, detail, ended_at, ended_by_fetch, end_run_id (of that
--             fetch); in order.
SELECT
    alert.alert_id, sync.sync_id, sync.name, alert.kind, alert.began_at, alert.fetch_id, alert.run_id, alert.detail,
    alert.ended_at, alert.ended_by_fetch, (SELECT run.run_id FROM sync.fetch AS run WHERE run.fetch_id = alert.ended_by_fetch) AS end_run_id
FROM sync.alert
JOIN sync.sync USING (sync_no)
WHERE alert.told_at IS NULL OR (alert.ended_at IS NOT NULL AND alert.end_told_at IS NULL)
ORDER BY alert.alert_id
FOR UPDATE OF alert SKIP LOCKED
