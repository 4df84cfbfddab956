-- Purpose:    read who comes back and who is left.
-- Parameters: none; reads the transaction's table undoing.
-- Returns:    contact_id, left_because; in order.
SELECT contact_id, left_because
FROM undoing
ORDER BY left_because NULLS FIRST, contact_id
