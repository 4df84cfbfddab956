-- Purpose:    the rows that are set aside, in the order in which they came.
-- Parameters: reason (null: every one)
-- Returns:    aside_id, kind, reason, detail, raw, file, line
SELECT aside_id, kind, reason, detail, raw, file, line
FROM sync.event_set_aside
WHERE CAST(:reason AS text) IS NULL OR reason = CAST(:reason AS text)
ORDER BY aside_id
