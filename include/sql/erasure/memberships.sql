-- Purpose:    end every membership of the person.
-- Parameters: contact_id (null: nobody's)
-- Returns:    nothing; rows affected are memberships.
UPDATE contacts.membership
SET status = 'removed', reason = 'erased', since = now(), unsubscribed_at = NULL
WHERE contact_id = CAST(:contact_id AS bigint)
