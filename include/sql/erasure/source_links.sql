-- Purpose:    forget which records the person was.
-- Parameters: contact_id (null: nobody's)
-- Returns:    nothing; rows affected are links.
DELETE FROM contacts.source_link WHERE contact_id = CAST(:contact_id AS bigint)
