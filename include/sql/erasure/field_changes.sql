-- Purpose:    forget former values of the person, and former addresses of others that are the person's: a revert of those
--             fetches leaves them as they are.
-- Parameters: contact_id (null: nobody's); reads the transaction's table erasing_address.
-- Returns:    nothing; rows affected are people of fetches.
DELETE FROM sync.field_change
WHERE contact_id = CAST(:contact_id AS bigint)
   OR before ->> 'email_key' IN (SELECT email_key FROM erasing_address)
   OR EXISTS (
       SELECT FROM jsonb_each_text(CASE WHEN jsonb_typeof(before -> 'links') = 'object' THEN before -> 'links' END) AS held
       JOIN erasing_address ON erasing_address.email_key = held.value
   )
