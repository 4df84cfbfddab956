-- Purpose:    how records stand by the last word about their member status (CAMP-4).
-- Parameters: accounts (text[]).
-- Returns:    account, module, field (empty: the member's status in the campaign), outcome, detail, status, records.
SELECT account, module, field, outcome, detail, status, records
FROM sync.statuses_by_reason
WHERE account = ANY(:accounts)
ORDER BY account, module, field NULLS FIRST, outcome DESC, status, detail
