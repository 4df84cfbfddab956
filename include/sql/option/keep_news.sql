-- Purpose:    let an opt-out flag stay news to its pair while a person is asked what is to become of it (ADV-1, ADV-8).
-- Parameters: none; reads the transaction's this_fetch and flagged. Run after load/087_pair_opted_out and option/record.
-- Returns:    nothing; rows affected are pairs.
UPDATE sync.taken_record AS taken
SET opted_out = false
FROM this_fetch
CROSS JOIN flagged
JOIN sync.removal AS waiting ON waiting.record_id = flagged.record_id
WHERE flagged.news AND flagged.paired
  AND waiting.fetch_id = this_fetch.fetch_id AND waiting.state = 'pending' AND waiting.reason = 'opted_out'
  AND taken.sync_no = this_fetch.sync_no
  AND taken.source_no = this_fetch.source_no
  AND taken.record_id = flagged.record_id
