-- Purpose:    wait for the person's records no longer.
-- Parameters: none; reads the transaction's table erasing_record.
-- Returns:    nothing; rows affected are records.
DELETE FROM sync.withheld
USING erasing_record AS theirs
WHERE withheld.source_no = theirs.source_no AND withheld.record_id = theirs.record_id
