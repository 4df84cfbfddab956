-- Purpose:    forget which syncs took the person's records.
-- Parameters: none; reads the transaction's table erasing_record.
-- Returns:    nothing; rows affected are pairs.
DELETE FROM sync.taken_record
USING erasing_record AS theirs
WHERE taken_record.source_no = theirs.source_no AND taken_record.record_id = theirs.record_id
