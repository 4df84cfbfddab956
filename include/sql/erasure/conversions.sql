-- Purpose:    forget that the person converted.
-- Parameters: contact_id (null: nobody's); reads the transaction's tables erasing_address and erasing_record.
-- Returns:    nothing; rows affected are conversions.
DELETE FROM sync.conversion
WHERE contact_id = CAST(:contact_id AS bigint)
   OR address_hash IN (SELECT hash FROM erasing_address)
   OR (source_no, record_id) IN (SELECT source_no, record_id FROM erasing_record)
   OR (account, contact_record_id) IN (SELECT account, record_id FROM erasing_record WHERE module = 'Contacts')
