-- Purpose:    keep of the suppressions no address but its hash.
-- Parameters: none; reads the transaction's table erasing_address.
-- Returns:    nothing; rows affected are suppressions.
UPDATE contacts.suppression AS held
SET address_hash = theirs.hash, email_key = NULL
FROM erasing_address AS theirs
WHERE held.email_key = theirs.email_key
