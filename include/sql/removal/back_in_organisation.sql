-- Purpose:    take back a deletion by hand.
-- Parameters: contact_id
-- Returns:    nothing; one row affected, none if the person was not deleted by hand.
UPDATE contacts.contact
SET deleted_at = NULL, deleted_reason = NULL, updated_at = now(), updated_by_fetch = NULL
WHERE contact_id = :contact_id AND deleted_at IS NOT NULL AND deleted_reason = 'by_hand'
