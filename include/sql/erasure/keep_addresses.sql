-- Purpose:    note the addresses of the person who is being erased, with their hashes.
-- Parameters: keys, hashes (arrays of one entry an address)
-- Returns:    nothing; rows affected are addresses.
INSERT INTO erasing_address (email_key, hash)
SELECT asked.email_key, asked.hash
FROM unnest(CAST(:keys AS text[]), CAST(:hashes AS bytea[])) AS asked (email_key, hash)
