-- Purpose:    forget the addresses that the person had, whoever had one of them too.
-- Parameters: contact_id (null: nobody's); reads the transaction's table erasing_address.
-- Returns:    nothing; rows affected are former addresses.
DELETE FROM contacts.address_history
WHERE contact_id = CAST(:contact_id AS bigint) OR email_key IN (SELECT email_key FROM erasing_address)
