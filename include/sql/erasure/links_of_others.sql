-- Purpose:    take the addresses out of links of other people's records that last came with one of them.
-- Parameters: none; reads the transaction's table erasing_address.
-- Returns:    nothing; rows affected are links.
UPDATE contacts.source_link AS link
SET email_key   = coalesce(
        (SELECT 'erased:' || encode(theirs.hash, 'hex') FROM erasing_address AS theirs WHERE theirs.email_key = link.email_key),
        link.email_key),
    untaken_key = CASE WHEN link.untaken_key NOT IN (SELECT email_key FROM erasing_address) THEN link.untaken_key END
WHERE link.email_key IN (SELECT email_key FROM erasing_address)
   OR link.untaken_key IN (SELECT email_key FROM erasing_address)
