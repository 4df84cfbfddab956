-- Purpose:    take the ids of the person's records out of the paths of calls.
-- Parameters: none; reads the transaction's table erasing_record.
-- Returns:    nothing; rows affected are calls.
UPDATE sync.credit
SET path = array_to_string(array_replace(string_to_array(credit.path, '/'), theirs.record_id, 'erased'), '/')
FROM erasing_record AS theirs
WHERE credit.account = theirs.account AND theirs.record_id = ANY (string_to_array(credit.path, '/'))
