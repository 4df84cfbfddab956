-- Purpose:    take up again the memberships that a deletion by hand ended, at its very moment; whoever once
--             unsubscribed is not subscribed by it (OUT-11). Run before removal/back_in_organisation.
-- Parameters: contact_id
-- Returns:    nothing; rows affected are memberships taken up.
UPDATE contacts.membership AS member
SET status = CASE WHEN member.unsubscribed_at IS NULL THEN 'subscribed' ELSE 'unsubscribed' END,
    reason = NULL,
    since  = now()
FROM contacts.contact AS person
WHERE person.contact_id = :contact_id
  AND person.deleted_reason = 'by_hand'
  AND member.contact_id = person.contact_id
  AND member.status = 'removed'
  AND member.reason = 'deleted'
  AND member.since = person.deleted_at
