-- Purpose:    take the person's records out of what a fetch saw beside its batch; the rows stay and are counted.
-- Parameters: source_no; reads the transaction's view staged and its table erasing_record.
-- Returns:    nothing; rows affected are sightings.
UPDATE staged
SET record_id = theirs.stand_in, contact_record_id = NULL
FROM erasing_record AS theirs
WHERE theirs.source_no = :source_no AND theirs.record_id = staged.record_id
