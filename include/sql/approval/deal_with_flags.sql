-- Purpose:    note that the opt-out flags of the removals of a fetch are dealt with, whatever the answer was: no later fetch
--             takes them for news (ADV-1, ADV-8). Run after approval/decide.
-- Parameters: fetch_id
-- Returns:    nothing; rows affected are pairs.
UPDATE sync.taken_record AS taken
SET opted_out = true
FROM sync.removal AS answered
WHERE answered.fetch_id = :fetch_id AND answered.reason = 'opted_out' AND answered.state IN ('applied', 'withheld')
  AND taken.sync_no = answered.sync_no
  AND taken.source_no = answered.source_no
  AND taken.record_id = answered.record_id
  AND NOT taken.opted_out
