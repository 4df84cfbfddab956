-- Purpose:    forget which campaigns were sent to the person.
-- Parameters: contact_id (null: nobody's)
-- Returns:    nothing; rows affected are sends.
DELETE FROM contacts.send WHERE contact_id = CAST(:contact_id AS bigint)
