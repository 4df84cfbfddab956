-- Purpose:    note a violation, unless it is noted already and still holds (OPS-7).
-- Parameters: sync_no, kind, now, fetch_id, run_id (null: of no run), detail (JSON)
-- Returns:    nothing; one row affected if it is the first.
INSERT INTO sync.alert (sync_no, kind, began_at, fetch_id, run_id, detail)
VALUES (:sync_no, :kind, :now, :fetch_id, :run_id, CAST(:detail AS jsonb))
ON CONFLICT (sync_no, kind) WHERE ended_at IS NULL DO NOTHING
