-- Purpose:    take the addresses out of links of other people's records that last came with one of them.
-- Parameters: none; reads the transaction's table erasing_address.
-- Returns:    nothing; rows affected are links.
UPDATE contacts.source_link AS link
SET email_key = 'erased:' || encode(theirs.hash, 'hex')
FROM erasing_address AS theirs
WHERE link.email_key = theirs.email_key
