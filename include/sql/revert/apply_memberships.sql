-- Purpose:    end the memberships that are taken back. An unsubscription stays known (OUT-11). What a person's deletion had
--             ended before the fetch took them back is ended by it again, so that restoring them gives it back (OUT-18).
-- Parameters: fetch_id; reads the transaction's table reverting.
-- Returns:    nothing; rows affected are memberships ended.
UPDATE contacts.membership AS member
SET status          = 'removed',
    reason          = CASE WHEN again.ended_at IS NULL THEN 'reverted' ELSE 'deleted' END,
    since           = coalesce(again.ended_at, now()),
    unsubscribed_at = CASE WHEN member.status = 'unsubscribed' THEN coalesce(member.unsubscribed_at, member.since)
                           ELSE member.unsubscribed_at END
FROM sync.fetch AS run
CROSS JOIN reverting
LEFT JOIN (
    SELECT kept.contact_id, CAST(kept.before ->> 'deleted_at' AS timestamptz) AS ended_at
    FROM sync.field_change AS kept
    JOIN reverting AS back ON back.kind = 're_added' AND back.contact_id = kept.contact_id AND back.left_because IS NULL
    WHERE kept.fetch_id = :fetch_id
      AND kept.before #>> '{membership,reason}' = 'deleted'
      AND kept.before #>> '{membership,since}' = kept.before ->> 'deleted_at'
) AS again ON again.contact_id = reverting.contact_id
WHERE run.fetch_id = :fetch_id
  AND reverting.kind = 'membership'
  AND reverting.left_because IS NULL
  AND member.contact_id = reverting.contact_id
  AND member.list_id = run.list_id
