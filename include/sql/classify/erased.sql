-- Purpose:    know the records of erased people in the batch, by record or by address, and take everything personal out of
--             their rows before anything is decided or written (OPS-6, OUT-10). Times and flaws stay, so that the row
--             counts as before; of the address stays what tells two records of it, of the record's id what stands for it
--             (contact_sync.core.record_hash). A record of somebody else that merely came with such an address keeps its id.
-- Parameters: source_no; reads the transaction's view batch.
-- Returns:    nothing; rows affected are records known.
UPDATE batch
SET erased_by         = theirs.suppression_id,
    record_id         = CASE
        WHEN batch.record_hash IS NULL THEN batch.record_id
        WHEN NOT theirs.by_record AND EXISTS (
            SELECT FROM contacts.source_link AS link
            WHERE link.source_no = CAST(:source_no AS integer) AND link.record_id = batch.record_id
        ) THEN batch.record_id
        ELSE translate(encode(batch.record_hash, 'hex'), 'abcdef', '012345')
    END,
    email_text        = NULL,
    email_key         = CASE WHEN batch.email_key IS NOT NULL THEN 'erased:' || encode(batch.address_hash, 'hex') END,
    suggested_domain  = NULL,
    opted_out         = false,
    converted         = false,
    contact_record_id = NULL,
    first_name        = NULL,
    last_name         = NULL,
    fields            = '{}',
    misfits           = NULL,
    cleaned           = NULL,
    source            = (SELECT coalesce(jsonb_object_agg(given, NULL), '{}') FROM jsonb_object_keys(batch.source) AS given)
FROM (
    SELECT found.record_no, min(found.suppression_id) AS suppression_id, bool_or(found.by_record) AS by_record
    FROM (
        SELECT staged.record_no, erased.suppression_id, true AS by_record
        FROM sync.erased JOIN batch AS staged ON staged.record_hash = erased.hash
        UNION ALL
        SELECT staged.record_no, erased.suppression_id, false
        FROM sync.erased JOIN batch AS staged ON staged.address_hash = erased.hash
    ) AS found
    JOIN contacts.suppression AS held USING (suppression_id)
    WHERE held.lifted_at IS NULL
    GROUP BY found.record_no
) AS theirs
WHERE batch.record_no = theirs.record_no AND batch.erased_by IS NULL
