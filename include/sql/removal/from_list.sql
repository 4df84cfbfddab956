-- Purpose:    take a person out of a list by hand; holds against every import until it is restored (OUT-18). Whoever
--             had unsubscribed stays known as such (OUT-11), and who had left for another reason is held out too.
-- Parameters: contact_id, list_id
-- Returns:    nothing; one row affected, none if the person is no member or is held out already.
UPDATE contacts.membership
SET status          = 'removed',
    reason          = 'removed_by_hand',
    since           = now(),
    unsubscribed_at = CASE WHEN status = 'unsubscribed' THEN coalesce(unsubscribed_at, since) ELSE unsubscribed_at END
WHERE contact_id = :contact_id
  AND list_id = :list_id
  AND (status, reason) IS DISTINCT FROM ('removed', 'removed_by_hand')
