-- Purpose:    forget withheld records that this fetch decided otherwise: taken, ignored for a reason of their own, or not in
--             scope any more; these would stand before all others whenever there is room, and never be taken (OUT-15). A
--             fetch that read everything from the beginning tells as well of those that it did not find.
-- Parameters: none; reads the transaction's this_fetch and outcome.
-- Returns:    nothing; rows affected are records released.
DELETE FROM sync.withheld
USING this_fetch
JOIN sync.fetch AS run USING (fetch_id)
WHERE withheld.sync_no = this_fetch.sync_no
  AND withheld.source_no = this_fetch.source_no
  AND (
      EXISTS (
          SELECT FROM outcome
          WHERE outcome.record_id = withheld.record_id
            AND outcome.reason IS DISTINCT FROM 'page_repeat' AND outcome.reason IS DISTINCT FROM 'plan_limit')
      OR (run.window_start IS NULL AND NOT EXISTS (SELECT FROM outcome WHERE outcome.record_id = withheld.record_id))
  )
