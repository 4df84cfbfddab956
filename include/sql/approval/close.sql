-- Purpose:    let the fetch's counters say that nothing of it waits any more (ADV-8).
-- Parameters: fetch_id, ended: memberships of its list that the answer ended
-- Returns:    nothing; one row affected.
UPDATE sync.fetch
SET removed          = coalesce(removed, 0) + :ended,
    pending_removals = 0
WHERE fetch_id = :fetch_id
