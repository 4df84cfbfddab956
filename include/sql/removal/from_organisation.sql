-- Purpose:    mark a person as deleted from the organisation by hand; nothing is erased (OUT-18).
-- Parameters: contact_id
-- Returns:    nothing; one row affected, none if the person is deleted already.
UPDATE contacts.contact
SET deleted_at = now(), deleted_reason = 'by_hand', updated_at = now(), updated_by_fetch = NULL
WHERE contact_id = :contact_id AND deleted_at IS NULL
