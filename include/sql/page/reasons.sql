-- Purpose:    what a fetch counted by reason; these counters survive the pruning of the ledger (OPS-11).
-- Parameters: fetch_id.
-- Returns:    outcome (ignored or out_of_scope), reason, sub_code (NULL if none), records; most first.
SELECT outcome, reason, sub_code, records
FROM sync.ignored_by_reason
WHERE fetch_id = :fetch_id
ORDER BY outcome, records DESC, reason, sub_code
