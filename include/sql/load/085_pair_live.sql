-- Purpose:    forget the deletion of pairs whose record is live again: the next one counts anew (ADV-2). Run after
--             load/056_link_gone.
-- Parameters: none; reads the transaction's this_fetch.
-- Returns:    nothing; rows affected are pairs.
UPDATE sync.taken_record AS taken
SET gone_at = NULL
FROM this_fetch
CROSS JOIN contacts.source_link AS link
WHERE taken.sync_no = this_fetch.sync_no
  AND taken.source_no = this_fetch.source_no
  AND taken.gone_at IS NOT NULL
  AND link.source_no = taken.source_no
  AND link.record_id = taken.record_id
  AND link.gone_at IS NULL
