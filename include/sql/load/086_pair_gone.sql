-- Purpose:    note the deletions that this fetch deals with, so that none is dealt with twice (ADV-2).
-- Parameters: none; reads the transaction's this_fetch and gone.
-- Returns:    nothing; rows affected are pairs.
UPDATE sync.taken_record AS taken
SET gone_at = gone.gone_at
FROM gone
CROSS JOIN this_fetch
WHERE taken.sync_no = this_fetch.sync_no
  AND taken.source_no = this_fetch.source_no
  AND taken.record_id = gone.record_id
  AND taken.list_id = this_fetch.list_id
  AND gone.fresh AND NOT gone.fetched_later
