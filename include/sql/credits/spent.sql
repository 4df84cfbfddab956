-- Purpose:    what each account spent lately.
-- Parameters: none.
-- Returns:    a row for each account that spent or reserved any: account, credits of the last 24 hours, reserved now.
SELECT account, credits, reserved
FROM sync.credits_last_24_hours
ORDER BY account
