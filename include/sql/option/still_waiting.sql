-- Purpose:    let the counters of a sync's earlier fetches say how many memberships wait for an answer to their questions
--             still, once questions were taken back (ADV-8).
-- Parameters: sync_no; fetch_id: whose counters are left alone (null: none)
-- Returns:    nothing; rows affected are fetches.
UPDATE sync.fetch AS run
SET pending_removals = (
    SELECT count(*)
    FROM sync.removal AS waiting
    JOIN contacts.membership AS member USING (list_id, contact_id)
    WHERE waiting.sync_no = run.sync_no AND waiting.state = 'pending' AND waiting.fetch_id = run.fetch_id
      AND member.status <> 'removed'
)
WHERE run.sync_no = :sync_no
  AND run.fetch_id IS DISTINCT FROM CAST(:fetch_id AS bigint)
  AND run.pending_removals > 0
  AND run.loaded_at IS NOT NULL
