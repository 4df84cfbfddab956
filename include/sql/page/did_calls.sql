-- Purpose:    the calls to Zoho of a fetch, and what each cost (LIM-5).
-- Parameters: fetch_id; after: only rows of a higher number, NULL from the first; rows: how many.
-- Returns:    no, account, at, method, path, status, rows, cost, seconds.
SELECT credit_id AS no, account, at, method, path, status, rows, cost, seconds
FROM sync.credit
WHERE fetch_id = :fetch_id AND credit_id > coalesce(CAST(:after AS bigint), -1)
ORDER BY credit_id
LIMIT :rows
