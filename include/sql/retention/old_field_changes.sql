-- Purpose:    delete former values of people that were kept for a revert, as old as the ledger rows that are deleted.
-- Parameters: before, most (rows at once)
-- Returns:    nothing; rows affected are people of fetches.
DELETE FROM sync.field_change
WHERE (fetch_id, contact_id) IN (
    SELECT kept.fetch_id, kept.contact_id
    FROM sync.field_change AS kept
    JOIN sync.fetch AS run USING (fetch_id)
    WHERE run.started_at < :before
    LIMIT :most
)
