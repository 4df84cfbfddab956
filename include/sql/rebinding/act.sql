-- Purpose:    an act that applied options, and whether it has been taken back already.
-- Parameters: act_id
-- Returns:    at most one row: kind, sync_no, sync_id, detail, undone_by (number of the act that took it back, or null).
SELECT
    act.kind,
    act.sync_no,
    sync.sync_id,
    act.detail,
    (
        SELECT min(later.act_id) FROM sync.act AS later
        WHERE later.kind = 'undo_options' AND later.sync_no = act.sync_no AND (later.detail ->> 'act')::bigint = act.act_id
    ) AS undone_by
FROM sync.act AS act
LEFT JOIN sync.sync USING (sync_no)
WHERE act.act_id = :act_id
