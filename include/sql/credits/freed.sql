-- Purpose:    which call has to stop counting until so many credits are free again.
-- Parameters: account; since: calls from then on count; missing: credits that are to become free.
-- Returns:    one row with the time of that call, at; none if all of them together are not enough.
SELECT at
FROM (
    SELECT at, sum(cost) OVER (ORDER BY at, credit_id) AS freed
    FROM sync.credit
    WHERE account = :account AND at >= :since
) AS leaving
WHERE freed >= :missing
ORDER BY at
LIMIT 1
