-- Purpose:    the counters of a rehearsed fetch by reason, as load wrote them.
-- Parameters: fetch_id
-- Returns:    outcome, reason, sub_code (empty for none), records; the largest first.
SELECT outcome, reason, sub_code, records
FROM sync.fetch_reason
WHERE fetch_id = :fetch_id
ORDER BY outcome, records DESC, reason, sub_code
