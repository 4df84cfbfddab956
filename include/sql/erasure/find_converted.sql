-- Purpose:    the Contacts that the person's candidates became (ADV-4), where the source told which.
-- Parameters: contact_id (null: nobody's); reads the transaction's table erasing_address.
-- Returns:    nothing; adds to the table erasing_record.
INSERT INTO erasing_record (account, module, source_no, record_id)
SELECT DISTINCT seen.account, 'Contacts', source.source_no, seen.contact_record_id
FROM sync.conversion AS seen
LEFT JOIN sync.source ON source.account = seen.account AND source.module = 'Contacts'
WHERE seen.contact_record_id IS NOT NULL
  AND (seen.contact_id = CAST(:contact_id AS bigint) OR seen.address_hash IN (SELECT hash FROM erasing_address))
ON CONFLICT DO NOTHING
