-- Purpose:    calls to Zoho by endpoint: paths in which ids of records are one word (LIM-5).
-- Parameters: fetch_id, account, since, until: only such calls, NULL for any; sync_id: only of fetches of this sync, empty:
--             of none, NULL for any.
-- Returns:    method, endpoint, calls, credits; most credits first.
SELECT
    call.method,
    regexp_replace(call.path, '[0-9]{6,}', '…', 'g') AS endpoint,
    count(*) AS calls,
    sum(call.cost) AS credits
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
GROUP BY call.method, endpoint
ORDER BY credits DESC, calls DESC, endpoint, call.method
