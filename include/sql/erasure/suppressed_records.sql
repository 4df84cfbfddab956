-- Purpose:    forget what was suppressed of the person's records.
-- Parameters: none; reads the transaction's table erasing_record.
-- Returns:    nothing; rows affected are suppressions of records.
DELETE FROM sync.suppressed_record
USING erasing_record AS theirs
WHERE suppressed_record.source_no = theirs.source_no AND suppressed_record.record_id = theirs.record_id
