-- Purpose:    take up again the memberships that the act ended, at its very moment; whoever once unsubscribed is not
--             subscribed by it, and a suppression goes on holding (OUT-11). Run before rebinding/back_in_organisation.
-- Parameters: none; reads the transaction's table undoing.
-- Returns:    nothing; rows affected are memberships taken up.
UPDATE contacts.membership AS member
SET status = CASE WHEN member.unsubscribed_at IS NULL THEN 'subscribed' ELSE 'unsubscribed' END,
    reason = NULL,
    since  = statement_timestamp()
FROM undoing
JOIN sync.removal USING (removal_id)
WHERE undoing.left_because IS NULL
  AND member.contact_id = removal.contact_id
  AND member.status = 'removed'
  AND member.since = removal.decided_at
  AND CASE removal.reach
        WHEN 'list' THEN member.list_id = removal.list_id AND member.reason = removal.reason
        ELSE member.reason = 'deleted'
      END
