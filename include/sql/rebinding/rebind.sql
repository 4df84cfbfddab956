-- Purpose:    bind the older pairs to the choices of today, in every list that the sync took them into (ADV-6).
-- Parameters: sync_no, source_no; opt_out, deleted, unsubscribed: the choices of today; reads the transaction's
--             table older_pair.
-- Returns:    nothing; rows affected are pairs.
UPDATE sync.taken_record AS taken
SET opt_out = :opt_out, deleted = :deleted, unsubscribed = :unsubscribed
FROM older_pair
WHERE taken.sync_no = :sync_no
  AND taken.source_no = :source_no
  AND taken.record_id = older_pair.record_id
