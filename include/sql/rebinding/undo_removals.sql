-- Purpose:    write down which removals of the act were taken back. Run last: what was removed is known by its moment.
-- Parameters: who; reads the transaction's table undoing.
-- Returns:    nothing; rows affected are removals.
UPDATE sync.removal
SET state = 'undone', decided_at = statement_timestamp(), decided_by = :who
FROM undoing
WHERE undoing.removal_id = removal.removal_id AND undoing.left_because IS NULL
