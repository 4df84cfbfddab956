-- Purpose:    the erasure that holds for one of the addresses already.
-- Parameters: none; reads the transaction's table erasing_address.
-- Returns:    one row: suppression_id, null if there is none.
SELECT min(erased.suppression_id)
FROM erasing_address
JOIN sync.erased USING (hash)
JOIN contacts.suppression AS held USING (suppression_id)
WHERE held.lifted_at IS NULL
