-- Purpose:    the records that a fetch staged with one of the addresses, unless they are somebody else's.
-- Parameters: source_no; reads the transaction's view batch and its table erasing_address.
-- Returns:    nothing; adds to the table erasing_record.
INSERT INTO erasing_record (account, module, source_no, record_id)
SELECT DISTINCT source.account, source.module, source.source_no, batch.record_id
FROM batch
JOIN erasing_address USING (email_key)
JOIN sync.source ON source.source_no = :source_no
WHERE batch.record_id IS NOT NULL
ON CONFLICT DO NOTHING
