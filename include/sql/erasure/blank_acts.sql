-- Purpose:    blank reasons of acts that quote what is erased.
-- Parameters: numbers
-- Returns:    nothing; rows affected are acts.
UPDATE sync.act SET reason = '(erased)' WHERE act_id = ANY (CAST(:numbers AS bigint[]))
