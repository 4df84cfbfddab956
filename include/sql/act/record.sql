-- Purpose:    keep what a person did by hand.
-- Parameters: kind, who, reason, sync_no, fetch_id, contact_id, list_id, detail (JSON); each of the last six
--             may be null
-- Returns:    act_id
INSERT INTO sync.act (kind, who, at, reason, sync_no, fetch_id, contact_id, list_id, detail)
-- not now(): the transaction may have begun before a load that it had to wait for
VALUES (:kind, :who, statement_timestamp(), :reason, :sync_no, :fetch_id, :contact_id, :list_id, CAST(:detail AS jsonb))
RETURNING act_id
