-- Purpose:    the acts that applied options of a sync and can be taken back, the newest first.
-- Parameters: sync_id
-- Returns:    act_id
SELECT act.act_id
FROM sync.act AS act
JOIN sync.sync USING (sync_no)
WHERE sync.sync_id = :sync_id
  AND act.kind = 'apply_options'
  AND NOT EXISTS (
      SELECT FROM sync.act AS later
      WHERE later.kind = 'undo_options' AND later.sync_no = act.sync_no AND (later.detail ->> 'act')::bigint = act.act_id)
ORDER BY act.act_id DESC
