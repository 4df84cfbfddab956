-- Purpose:    forget who held the person's fields.
-- Parameters: contact_id (null: nobody's)
-- Returns:    nothing; rows affected are fields.
DELETE FROM contacts.field_owner WHERE contact_id = CAST(:contact_id AS bigint)
