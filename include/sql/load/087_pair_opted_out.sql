-- Purpose:    note the opt-out flags that this fetch deals with, and forget those that are gone: a flag is news to a pair
--             once (ADV-1). Run after load/055_link_seen.
-- Parameters: none; reads the transaction's this_fetch and flagged.
-- Returns:    nothing; rows affected are pairs.
UPDATE sync.taken_record AS taken
SET opted_out = seen.opted_out
FROM this_fetch
CROSS JOIN (
    SELECT record_id, true AS opted_out
    FROM flagged
    WHERE paired AND opted_out
    UNION ALL
    SELECT marked.record_id, false
    FROM this_fetch AS present
    JOIN sync.taken_record AS marked USING (sync_no, source_no)
    JOIN contacts.source_link AS link USING (source_no, record_id)
    WHERE marked.opted_out AND NOT link.opted_out
) AS seen
WHERE taken.sync_no = this_fetch.sync_no
  AND taken.source_no = this_fetch.source_no
  AND taken.record_id = seen.record_id
  AND taken.opted_out <> seen.opted_out
