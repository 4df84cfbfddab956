-- Purpose:    take back a removal from a list by hand of somebody whom a source's deletion or an option has deleted from the
--             organisation since: a fetch may bring them into the list again, and nothing else does.
-- Parameters: contact_id, list_id
-- Returns:    nothing; one row affected.
UPDATE contacts.membership
SET reason = 'deleted',
    since  = now()
WHERE contact_id = :contact_id AND list_id = :list_id AND status = 'removed' AND reason = 'removed_by_hand'
