-- Purpose:    keep of removals by options what became of them; what was pending is dropped, for the person has left. A
--             record of the person may have been decided for whom it was before (OUT-13): that removal stays theirs.
-- Parameters: contact_id (null: nobody's); reads the transaction's table erasing_record.
-- Returns:    nothing; rows affected are removals.
UPDATE sync.removal
SET record_id = coalesce(theirs.stand_in, removal.record_id),
    state     = CASE WHEN removal.state = 'pending' AND removal.contact_id = CAST(:contact_id AS bigint) THEN 'dropped'
                     ELSE removal.state END
FROM sync.removal AS same
LEFT JOIN erasing_record AS theirs ON theirs.source_no = same.source_no AND theirs.record_id = same.record_id
WHERE same.removal_id = removal.removal_id
  AND (theirs.record_id IS NOT NULL OR same.contact_id = CAST(:contact_id AS bigint))
