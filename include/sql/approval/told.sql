-- Purpose:    let the ledger say what became of deletions that waited for an answer, and count them with the fetch that
--             saw them: as deleted once they are applied (ADV-2, ADV-8). An earlier fetch of the sync may have seen them.
-- Parameters: fetch_id: whose removals were answered
-- Returns:    nothing; rows affected are fetches whose number of deleted records rises.
WITH answered AS (
    UPDATE sync.ledger AS line
    SET reason = CASE
            WHEN removal.state <> 'applied'     THEN 'kept'
            WHEN removal.reach = 'organisation' THEN 'removed_from_org'
            ELSE 'removed_from_list'
        END
    FROM sync.removal
    JOIN sync.fetch AS seen ON seen.sync_no = removal.sync_no
    WHERE removal.fetch_id = :fetch_id
      AND removal.state IN ('applied', 'withheld', 'dropped')
      AND line.contact_id = removal.contact_id
      AND line.fetch_id = seen.fetch_id
      AND line.fetch_started_at = seen.started_at
      AND line.outcome = 'deleted'
      AND line.reason = 'pending'
    RETURNING line.fetch_id, line.reason
)
UPDATE sync.fetch AS run
SET deleted = coalesce(run.deleted, 0) + applied.records
FROM (SELECT fetch_id, count(*) AS records FROM answered WHERE reason <> 'kept' GROUP BY fetch_id) AS applied
WHERE run.fetch_id = applied.fetch_id
