-- Purpose:    who a contact is, and since when.
-- Parameters: contact_id
-- Returns:    at most one row: email, first_name, last_name, fields, created_at, created_by_fetch, updated_at,
--             updated_by_fetch, deleted_at, deleted_reason.
SELECT email, first_name, last_name, fields, created_at, created_by_fetch, updated_at, updated_by_fetch, deleted_at, deleted_reason
FROM contacts.contact
WHERE contact_id = :contact_id
