-- Purpose:    count the fetch's ignored and out-of-scope records by reason; these counters survive the ledger.
-- Parameters: none; reads the transaction's this_fetch and outcome.
-- Returns:    nothing; rows affected are reasons.
INSERT INTO sync.fetch_reason (fetch_id, outcome, reason, sub_code, records)
SELECT this_fetch.fetch_id, outcome.outcome, outcome.reason, coalesce(outcome.sub_code, ''), count(*)
FROM outcome
CROSS JOIN this_fetch
WHERE outcome.outcome IN ('ignored', 'out_of_scope')
GROUP BY this_fetch.fetch_id, outcome.outcome, outcome.reason, coalesce(outcome.sub_code, '')
