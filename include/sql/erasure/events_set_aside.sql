-- Purpose:    forget rows of event files about the person that were set aside, and any that holds one of their addresses.
-- Parameters: none; reads the transaction's table erasing_address.
-- Returns:    nothing; rows affected are rows set aside.
DELETE FROM sync.event_set_aside AS aside
WHERE aside.email_key IN (SELECT email_key FROM erasing_address)
   OR EXISTS (SELECT FROM erasing_address AS theirs WHERE strpos(lower(aside.raw::text), theirs.email_key) > 0)
