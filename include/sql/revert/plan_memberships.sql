-- Purpose:    the memberships that the fetch began.
-- Parameters: fetch_id
-- Returns:    nothing; fills the transaction's table reverting with kind membership.
INSERT INTO reverting (kind, contact_id, left_because)
SELECT
    'membership',
    member.contact_id,
    CASE
        WHEN member.status = 'removed' THEN 'removed_since'
        -- an earlier unsubscription came back with the membership and stays with it
        WHEN member.unsubscribed_at >= run.started_at THEN 'unsubscribed_since'
        WHEN member.since <> run.started_at THEN 'changed_since'
        WHEN EXISTS (
            SELECT FROM contacts.send
            JOIN contacts.campaign_list AS mailed USING (campaign_id)
            WHERE send.contact_id = member.contact_id AND mailed.list_id = member.list_id AND send.sent_at >= run.started_at
        ) OR EXISTS (
            SELECT FROM contacts.response
            JOIN contacts.campaign_list AS mailed USING (campaign_id)
            WHERE response.contact_id = member.contact_id AND mailed.list_id = member.list_id
              AND response.happened_at >= run.started_at
        ) THEN 'mailed_since'
        WHEN EXISTS (
            SELECT FROM sync.ledger AS seen
            JOIN sync.fetch AS other USING (fetch_id)
            WHERE seen.contact_id = member.contact_id
              AND seen.fetch_started_at >= run.started_at
              AND seen.outcome IN ('re_added', 'duplicate')
              AND other.fetch_id > run.fetch_id
              AND other.list_id = member.list_id
              AND other.sync_no <> run.sync_no
        ) THEN 'supplied_by_another_sync'
    END
FROM sync.fetch AS run
JOIN contacts.membership AS member ON member.joined_by_fetch = run.fetch_id AND member.list_id = run.list_id
WHERE run.fetch_id = :fetch_id
  AND (member.status, member.reason) IS DISTINCT FROM ('removed', 'reverted')
  -- taken back already: ended by the deletion that was there before the fetch
  AND NOT (member.status = 'removed' AND member.reason = 'deleted' AND EXISTS (
      SELECT FROM sync.field_change AS kept
      WHERE kept.fetch_id = run.fetch_id AND kept.contact_id = member.contact_id
        AND CAST(kept.before #>> '{membership,since}' AS timestamptz) = member.since))
