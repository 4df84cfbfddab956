-- Purpose:    keep of the person's ledger rows what became of them and no more: of the evidence numbers and truth values,
--             of the record what stands for it, no address.
-- Parameters: contact_id (null: nobody's); reads the transaction's tables erasing_address and erasing_record.
-- Returns:    nothing; rows affected are ledger rows.
UPDATE sync.ledger AS seen
SET record_id    = coalesce(theirs.stand_in, seen.record_id),
    address_hash = NULL,
    evidence     = (
        SELECT jsonb_object_agg(kept.key, kept.value)
        FROM jsonb_each(seen.evidence) AS kept
        WHERE jsonb_typeof(kept.value) IN ('number', 'boolean') OR kept.key = 'unmet_conditions'
    )
FROM (
    SELECT fetch_started_at, fetch_id, record_no FROM sync.ledger WHERE contact_id = CAST(:contact_id AS bigint)
    UNION
    SELECT fetch_started_at, fetch_id, record_no FROM sync.ledger WHERE address_hash IN (SELECT hash FROM erasing_address)
    UNION
    SELECT seen.fetch_started_at, seen.fetch_id, seen.record_no
    FROM erasing_record
    JOIN sync.ledger AS seen USING (source_no, record_id)
) AS found
JOIN sync.ledger AS same USING (fetch_started_at, fetch_id, record_no)
LEFT JOIN erasing_record AS theirs ON theirs.source_no = same.source_no AND theirs.record_id = same.record_id
WHERE seen.fetch_started_at = found.fetch_started_at AND seen.fetch_id = found.fetch_id AND seen.record_no = found.record_no
