-- Purpose:    end what holds of a sync that is inactive on purpose, or deleted: nobody waits for its recovery (OPS-7).
-- Parameters: sync_no, now
-- Returns:    nothing; rows affected are alerts.
UPDATE sync.alert
SET ended_at = :now, told_at = coalesce(told_at, :now), end_told_at = :now
WHERE sync_no = :sync_no AND ended_at IS NULL
