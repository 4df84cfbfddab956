-- Purpose:    read who leaves.
-- Parameters: none; reads the transaction's table leaving.
-- Returns:    contact_id, reason, reach, in_list; in order.
SELECT contact_id, reason, reach, in_list
FROM leaving
ORDER BY array_position(ARRAY['opted_out', 'deleted', 'unsubscribed'], reason), reach, contact_id
