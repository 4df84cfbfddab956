-- Purpose:    the addresses of the person who is being erased.
-- Parameters: none.
-- Returns:    nothing; makes the transaction's table erasing_address: email_key, hash.
CREATE TEMPORARY TABLE erasing_address (email_key text PRIMARY KEY, hash bytea NOT NULL) ON COMMIT DROP
