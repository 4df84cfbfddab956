-- Purpose:    the withheld records of a sync that the plan has room for now, the earliest created first (OUT-15).
-- Parameters: sync_no, source_no, contact_limit (null: no limit), most, asked (ids not to name again), coming (how many of
--             those will take room)
-- Returns:    record_id
SELECT record_id
FROM sync.withheld
WHERE sync_no = :sync_no AND source_no = :source_no
  AND record_id <> ALL (CAST(:asked AS text[]))
ORDER BY created_at NULLS LAST, length(record_id), record_id COLLATE "C"
LIMIT CASE
    WHEN CAST(:contact_limit AS bigint) IS NULL THEN CAST(:most AS bigint)
    ELSE least(
        CAST(:most AS bigint),
        greatest(
            CAST(:contact_limit AS bigint) - CAST(:coming AS bigint)
            - (SELECT count(*) FROM contacts.contact WHERE deleted_at IS NULL), 0)
    )
END
