-- Purpose:    how many records deleted at the source this fetch's removals answer: told now, or waiting since an earlier
--             fetch (ADV-2).
-- Parameters: none; reads the transaction's removal, gone and asked_before.
-- Returns:    one number.
SELECT
    (SELECT count(*) FROM gone JOIN removal USING (contact_id) WHERE gone.leaves)
    + (SELECT count(*) FROM asked_before)
