-- Purpose:    note that the campaigns of an account were read, or why they could not be.
-- Parameters: account, now, error (null: they were)
-- Returns:    nothing.
INSERT INTO sync.campaign_reading AS kept (account, read_at, tried_at, error)
VALUES (:account, CASE WHEN CAST(:error AS text) IS NULL THEN CAST(:now AS timestamptz) END, :now, :error)
ON CONFLICT (account) DO UPDATE
SET read_at = coalesce(excluded.read_at, kept.read_at), tried_at = excluded.tried_at, error = excluded.error
