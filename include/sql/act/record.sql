-- Purpose:    keep what a person did by hand.
-- Parameters: kind, who, reason, sync_no, fetch_id, contact_id, list_id (each of the last five may be null)
-- Returns:    nothing; one row affected.
INSERT INTO sync.act (kind, who, at, reason, sync_no, fetch_id, contact_id, list_id)
-- not now(): the transaction may have begun before a load that it had to wait for
VALUES (:kind, :who, statement_timestamp(), :reason, :sync_no, :fetch_id, :contact_id, :list_id)
