-- Purpose:    forget by what people were known again whose erasure was lifted.
-- Parameters: none.
-- Returns:    nothing; rows affected are hashes.
DELETE FROM sync.erased
USING contacts.suppression AS held
WHERE held.suppression_id = erased.suppression_id AND held.lifted_at IS NOT NULL
