-- Purpose:    forget what the person did with campaigns. Run after erasure/pushes, which refers to responses.
-- Parameters: contact_id (null: nobody's)
-- Returns:    nothing; rows affected are responses.
DELETE FROM contacts.response WHERE contact_id = CAST(:contact_id AS bigint)
