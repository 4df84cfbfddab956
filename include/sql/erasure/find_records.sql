-- Purpose:    the records of a person: linked to them, seen with one of their addresses, suppressed, converted, removed. What stands for
--             a record that was erased before is none: it is longer than any id.
-- Parameters: contact_id (null: nobody's), below (characters that no id has); reads the transaction's table
--             erasing_address.
-- Returns:    nothing; adds to the table erasing_record.
INSERT INTO erasing_record (account, module, source_no, record_id)
SELECT DISTINCT source.account, source.module, source.source_no, found.record_id
FROM (
    SELECT source_no, record_id FROM contacts.source_link WHERE contact_id = CAST(:contact_id AS bigint)
    UNION
    SELECT source_no, record_id FROM sync.ledger WHERE contact_id = CAST(:contact_id AS bigint)
    UNION
    SELECT source_no, record_id FROM sync.ledger WHERE address_hash IN (SELECT hash FROM erasing_address)
    UNION
    SELECT source_no, record_id
    FROM sync.suppressed_record
    JOIN contacts.suppression AS held USING (suppression_id)
    WHERE held.contact_id = CAST(:contact_id AS bigint) OR held.email_key IN (SELECT email_key FROM erasing_address)
    UNION
    SELECT source_no, record_id FROM sync.conversion WHERE contact_id = CAST(:contact_id AS bigint)
    UNION
    SELECT source_no, record_id FROM sync.conversion WHERE address_hash IN (SELECT hash FROM erasing_address)
    UNION
    SELECT source_no, record_id FROM sync.removal WHERE contact_id = CAST(:contact_id AS bigint)
) AS found
JOIN sync.source USING (source_no)
WHERE length(found.record_id) < :below
ON CONFLICT DO NOTHING
