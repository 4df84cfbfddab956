-- Purpose:    end every membership of people who leave the organisation. Whoever had unsubscribed stays known as such
--             (OUT-11). Run before option/apply_organisation.
-- Parameters: fetch_id, act_id (one of them null): whose removals of state applied
-- Returns:    nothing; rows affected are memberships ended.
UPDATE contacts.membership AS member
SET status          = 'removed',
    reason          = 'deleted',
    since           = removal.decided_at,
    unsubscribed_at = CASE WHEN member.status = 'unsubscribed' THEN coalesce(member.unsubscribed_at, member.since)
                           ELSE member.unsubscribed_at END
FROM sync.removal
WHERE (removal.fetch_id = CAST(:fetch_id AS bigint) OR removal.act_id = CAST(:act_id AS bigint))
  AND removal.state = 'applied'
  AND removal.reach = 'organisation'
  AND member.contact_id = removal.contact_id
  AND member.status <> 'removed'
