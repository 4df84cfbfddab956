-- Purpose:    end the memberships that are taken back. An unsubscription stays known (OUT-11).
-- Parameters: fetch_id; reads the transaction's table reverting.
-- Returns:    nothing; rows affected are memberships ended.
UPDATE contacts.membership AS member
SET status          = 'removed',
    reason          = 'reverted',
    since           = now(),
    unsubscribed_at = CASE WHEN member.status = 'unsubscribed' THEN coalesce(member.unsubscribed_at, member.since)
                           ELSE member.unsubscribed_at END
FROM sync.fetch AS run
CROSS JOIN reverting
WHERE run.fetch_id = :fetch_id
  AND reverting.kind = 'membership'
  AND reverting.left_because IS NULL
  AND member.contact_id = reverting.contact_id
  AND member.list_id = run.list_id
