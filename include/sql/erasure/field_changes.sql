-- Purpose:    forget former values of the person, and of others those that hold an address or a record of the person: a
--             revert of those fetches leaves them as they are.
-- Parameters: contact_id (null: nobody's); reads the transaction's tables erasing_address and erasing_record.
-- Returns:    nothing; rows affected are people of fetches.
DELETE FROM sync.field_change
WHERE contact_id = CAST(:contact_id AS bigint)
   OR before ->> 'email_key' IN (SELECT email_key FROM erasing_address)
   OR EXISTS (
       SELECT FROM jsonb_each_text(CASE WHEN jsonb_typeof(before -> 'links') = 'object' THEN before -> 'links' END) AS held
       WHERE held.value IN (SELECT email_key FROM erasing_address)
          OR held.key IN (SELECT record_id FROM erasing_record)
   )
