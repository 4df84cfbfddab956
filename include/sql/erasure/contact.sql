-- Purpose:    empty the row of the person. It stays, so that what refers to its number does.
-- Parameters: contact_id (null: nobody's)
-- Returns:    nothing; one row affected.
UPDATE contacts.contact
SET email = NULL, email_key = NULL, first_name = NULL, last_name = NULL, fields = '{}',
    deleted_at = coalesce(deleted_at, now()), deleted_reason = 'erased', updated_at = now(), updated_by_fetch = NULL
WHERE contact_id = CAST(:contact_id AS bigint)
