-- Purpose:    keep of removals by options what became of them; what was pending is dropped, for the person has left.
-- Parameters: contact_id (null: nobody's); reads the transaction's table erasing_record.
-- Returns:    nothing; rows affected are removals.
UPDATE sync.removal
SET record_id = coalesce(
        (SELECT theirs.stand_in FROM erasing_record AS theirs
         WHERE theirs.source_no = removal.source_no AND theirs.record_id = removal.record_id),
        removal.record_id),
    state = CASE WHEN removal.state = 'pending' THEN 'dropped' ELSE removal.state END
WHERE removal.contact_id = CAST(:contact_id AS bigint)
