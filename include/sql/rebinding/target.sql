-- Purpose:    what a sync's options of today can be applied to: the sync, its source and its list, as its file names them.
-- Parameters: sync_id, account, module, list_name
-- Returns:    at most one row: sync_no, state, source_no, list_id; the last two are null if no fetch knows them.
SELECT sync.sync_no, sync.state, source.source_no, list.list_id
FROM sync.sync
LEFT JOIN sync.source AS source ON source.account = :account AND source.module = :module
LEFT JOIN contacts.mailing_list AS list ON list.name = :list_name
WHERE sync.sync_id = :sync_id
