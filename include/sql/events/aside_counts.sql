-- Purpose:    how many rows are set aside, by kind and reason.
-- Parameters: none.
-- Returns:    kind, reason, waits, rows, since, last_seen_at
SELECT kind, reason, waits, rows, since, last_seen_at
FROM sync.events_set_aside
ORDER BY waits, rows DESC, kind, reason
