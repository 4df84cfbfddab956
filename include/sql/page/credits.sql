-- Purpose:    API credits since a moment, by account, day and sync (LIM-5).
-- Parameters: since; timezone: of the days.
-- Returns:    account, day, sync_id (NULL for calls outside any fetch), credits, calls; newest day first.
SELECT
    credit.account,
    CAST(credit.at AT TIME ZONE :timezone AS date) AS day,
    sync.sync_id,
    sum(credit.cost) AS credits,
    count(*)         AS calls
FROM sync.credit
LEFT JOIN sync.fetch AS run USING (fetch_id)
LEFT JOIN sync.sync USING (sync_no)
WHERE credit.at >= :since
GROUP BY credit.account, day, sync.sync_id
ORDER BY credit.account, day DESC, credits DESC, sync.sync_id
