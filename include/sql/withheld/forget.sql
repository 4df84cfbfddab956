-- Purpose:    forget withheld records that the source no longer has.
-- Parameters: sync_no, source_no, record_ids
-- Returns:    nothing; rows affected are records forgotten.
DELETE FROM sync.withheld
WHERE sync_no = :sync_no AND source_no = :source_no AND record_id = ANY (CAST(:record_ids AS text[]))
