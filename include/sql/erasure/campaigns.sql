-- Purpose:    forget that the person sent campaigns.
-- Parameters: none; reads the transaction's table erasing_address.
-- Returns:    nothing; rows affected are campaigns.
UPDATE contacts.campaign
SET sender_name = NULL, sender_address = NULL
WHERE lower(sender_address) IN (SELECT email_key FROM erasing_address)
