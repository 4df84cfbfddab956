-- Purpose:    the addresses of known people that the fetch replaced. An address that has been suppressed stays, because
--             the suppression would no longer meet the person; one whose mail bounces stays if going back would let
--             mail through to a list that the person joined only since. Run after revert/plan_people.
-- Parameters: fetch_id
-- Returns:    nothing; fills the transaction's table reverting with kind address.
INSERT INTO reverting (kind, contact_id, left_because)
SELECT
    'address',
    person.contact_id,
    CASE
        WHEN person.updated_by_fetch IS NULL THEN 'changed_by_hand'
        WHEN person.updated_by_fetch <> kept.fetch_id THEN 'changed_by_a_later_fetch'
        WHEN EXISTS (
            SELECT FROM contacts.suppression AS held WHERE held.email_key = person.email_key AND held.lifted_at IS NULL
        ) THEN 'suppressed_since'
        WHEN EXISTS (
            SELECT FROM contacts.bounce CROSS JOIN sync.organisation AS policy
            WHERE bounce.email_key = person.email_key
              AND (bounce.hard_bounced_at IS NOT NULL OR bounce.soft_bounces >= policy.soft_bounces)
        ) AND EXISTS (
            SELECT FROM contacts.membership AS member
            WHERE member.contact_id = person.contact_id AND member.status = 'subscribed' AND member.since >= run.started_at
              AND NOT (member.list_id = run.list_id AND EXISTS (
                  SELECT FROM reverting
                  WHERE reverting.kind = 'membership' AND reverting.contact_id = person.contact_id
                    AND reverting.left_because IS NULL
              ))
        ) THEN 'would_be_mailed'
        ELSE (SELECT left_because FROM reverting WHERE kind = 're_added' AND reverting.contact_id = person.contact_id)
    END
FROM sync.fetch AS run
JOIN sync.field_change AS kept USING (fetch_id)
JOIN contacts.contact AS person USING (contact_id)
WHERE run.fetch_id = :fetch_id
  AND person.email_key IS DISTINCT FROM kept.before ->> 'email_key'
