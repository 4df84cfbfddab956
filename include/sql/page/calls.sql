-- Purpose:    calls to Zoho with what each cost (LIM-5). Paths hold no query.
-- Parameters: fetch_id, account, since, until: only such calls, NULL for any; sync_id: only of fetches of this sync, empty:
--             of none, NULL for any; after: only calls of a higher number, NULL from the first; rows: how many.
-- Returns:    no, account, at, method, path, status, rows, cost, seconds.
SELECT call.credit_id AS no, call.account, call.at, call.method, call.path, call.status, call.rows, call.cost, call.seconds
FROM sync.credit AS call
WHERE (CAST(:fetch_id AS bigint) IS NULL OR call.fetch_id = CAST(:fetch_id AS bigint))
  AND (CAST(:account AS text) IS NULL OR call.account = CAST(:account AS text))
  AND (CAST(:since AS timestamptz) IS NULL OR call.at >= CAST(:since AS timestamptz))
  AND (CAST(:until AS timestamptz) IS NULL OR call.at < CAST(:until AS timestamptz))
  AND (CAST(:sync_id AS text) IS NULL OR CAST(:sync_id AS text) = coalesce((
      SELECT sync.sync_id
      FROM sync.fetch AS run
      JOIN sync.sync USING (sync_no)
      WHERE run.fetch_id = call.fetch_id), ''))
  AND call.credit_id > coalesce(CAST(:after AS bigint), -1)
ORDER BY call.credit_id
LIMIT :rows
