-- Purpose:    take the person's records out of what a fetch decided to remove.
-- Parameters: source_no; reads the transaction's view staged and its table erasing_record.
-- Returns:    nothing; rows affected are removals.
UPDATE staged
SET record_id = theirs.stand_in
FROM erasing_record AS theirs
WHERE theirs.source_no = :source_no AND theirs.record_id = staged.record_id
