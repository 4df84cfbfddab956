-- Purpose:    note that an alert, or its recovery, was told (OPS-7).
-- Parameters: alert_id, now
-- Returns:    nothing; one row affected.
UPDATE sync.alert
SET told_at = coalesce(told_at, :now), end_told_at = CASE WHEN ended_at IS NOT NULL THEN :now END
WHERE alert_id = :alert_id
