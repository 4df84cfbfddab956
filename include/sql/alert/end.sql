-- Purpose:    note that a violation is over (OPS-7). What nobody was told of needs no word of its recovery.
-- Parameters: sync_no, kind, now, fetch_id (by which; null: by none), before (only if it began up to then)
-- Returns:    nothing; one row affected if it held.
UPDATE sync.alert
SET ended_at       = :now,
    ended_by_fetch = CAST(:fetch_id AS bigint),
    told_at        = coalesce(told_at, :now),
    end_told_at    = CASE WHEN told_at IS NULL THEN :now END
WHERE sync_no = :sync_no AND kind = :kind AND ended_at IS NULL AND began_at <= :before
