-- Purpose:    forget what the addresses did with mail.
-- Parameters: none; reads the transaction's table erasing_address.
-- Returns:    nothing; rows affected are addresses.
DELETE FROM contacts.bounce WHERE email_key IN (SELECT email_key FROM erasing_address)
