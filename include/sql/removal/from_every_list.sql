-- Purpose:    end the memberships of a person who is deleted from the organisation; removals by hand go on holding.
-- Parameters: contact_id
-- Returns:    nothing; rows affected are memberships ended.
UPDATE contacts.membership
SET status          = 'removed',
    reason          = 'deleted',
    since           = now(),
    unsubscribed_at = CASE WHEN status = 'unsubscribed' THEN coalesce(unsubscribed_at, since) ELSE unsubscribed_at END
WHERE contact_id = :contact_id AND status <> 'removed'
