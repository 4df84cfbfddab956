-- Purpose:    read the plan.
-- Parameters: none; reads the transaction's table reverting.
-- Returns:    kind, contact_id, left_because; in order.
SELECT kind, contact_id, left_because
FROM reverting
ORDER BY kind, left_because NULLS FIRST, contact_id
