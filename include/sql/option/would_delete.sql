-- Purpose:    how many records deleted at the source this fetch's removals answer: told now, or waiting since an earlier
--             fetch (ADV-2).
-- Parameters: none; reads the transaction's this_fetch, removal and gone.
-- Returns:    one number.
SELECT
    (SELECT count(*) FROM gone JOIN removal USING (contact_id) WHERE gone.leaves)
    + (
        SELECT count(*)
        FROM removal
        CROSS JOIN this_fetch
        JOIN contacts.source_link AS link ON link.source_no = this_fetch.source_no AND link.record_id = removal.record_id
        WHERE removal.reason = 'deleted' AND link.gone_at IS NOT NULL
          AND NOT EXISTS (SELECT FROM gone WHERE gone.fresh AND gone.record_id = removal.record_id)
    )
