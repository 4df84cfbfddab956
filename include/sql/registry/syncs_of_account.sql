-- Purpose:    take the syncs of an account, in one order for all who do so, until the transaction ends (ACC-4).
-- Parameters: account
-- Returns:    sync_no, ascending.
SELECT registered.sync_no
FROM sync.sync AS registered
JOIN sync.source USING (source_no)
WHERE source.account = :account
ORDER BY registered.sync_no
FOR UPDATE OF registered
