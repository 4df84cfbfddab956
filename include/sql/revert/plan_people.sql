-- Purpose:    the people that the fetch added to the organisation, or took back into it. They stay if anything but this
--             fetch speaks for them. Run after revert/plan_memberships.
-- Parameters: fetch_id
-- Returns:    nothing; fills the transaction's table reverting with the kinds new and re_added.
INSERT INTO reverting (kind, contact_id, left_because)
SELECT
    brought.kind,
    person.contact_id,
    CASE
        WHEN person.deleted_at IS NOT NULL THEN 'deleted_since'
        WHEN person.updated_by_fetch IS NULL THEN 'changed_by_hand'
        WHEN person.updated_by_fetch <> run.fetch_id THEN 'changed_by_a_later_fetch'
        WHEN EXISTS (
            SELECT FROM sync.act WHERE act.contact_id = person.contact_id AND act.at >= run.loaded_at
        ) THEN 'changed_by_hand'
        WHEN EXISTS (
            SELECT FROM contacts.suppression AS held
            WHERE held.contact_id = person.contact_id AND held.created_at >= run.loaded_at
        ) OR EXISTS (
            SELECT FROM contacts.suppression AS held
            WHERE held.email_key = person.email_key AND held.created_at >= run.loaded_at
        ) THEN 'suppressed_since'
        WHEN EXISTS (
            SELECT FROM contacts.send WHERE send.contact_id = person.contact_id AND send.sent_at >= run.started_at
        ) OR EXISTS (
            SELECT FROM contacts.response
            WHERE response.contact_id = person.contact_id AND response.happened_at >= run.started_at
        ) THEN 'mailed_since'
        WHEN EXISTS (
            SELECT FROM contacts.membership AS member
            WHERE member.contact_id = person.contact_id
              AND member.status <> 'removed'
              AND NOT (member.list_id = run.list_id AND EXISTS (
                  SELECT FROM reverting
                  WHERE reverting.kind = 'membership' AND reverting.contact_id = person.contact_id
                    AND reverting.left_because IS NULL
              ))
        ) THEN 'still_in_a_list'
    END
FROM sync.fetch AS run
JOIN (
    SELECT 'new' AS kind, contact_id, created_by_fetch AS fetch_id
    FROM contacts.contact
    WHERE (deleted_at IS NOT NULL, deleted_reason) IS DISTINCT FROM (true, 'reverted')
    UNION ALL
    SELECT 're_added', kept.contact_id, kept.fetch_id
    FROM sync.field_change AS kept
    JOIN contacts.contact USING (contact_id)
    WHERE kept.before ->> 'deleted_at' IS NOT NULL
      AND contact.deleted_at IS DISTINCT FROM CAST(kept.before ->> 'deleted_at' AS timestamptz)
) AS brought USING (fetch_id)
JOIN contacts.contact AS person USING (contact_id)
WHERE run.fetch_id = :fetch_id
