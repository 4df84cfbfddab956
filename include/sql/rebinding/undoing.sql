-- Purpose:    who of those that an act removed comes back: whom nothing changed since (ADV-6).
-- Parameters: act_id
-- Returns:    nothing; fills the transaction's table undoing.
INSERT INTO undoing (removal_id, contact_id, left_because)
SELECT
    removal.removal_id,
    removal.contact_id,
    CASE
        WHEN person.deleted_reason = 'erased' THEN 'erased_since'
        WHEN removal.reach = 'organisation' AND person.deleted_at IS NULL THEN 'back_already'
        WHEN removal.reach = 'organisation' AND (person.deleted_at, person.deleted_reason) IS DISTINCT FROM (removal.decided_at, removal.reason)
            THEN 'changed_since'
        WHEN removal.reach = 'organisation' THEN NULL
        WHEN person.deleted_at IS NOT NULL THEN 'deleted_since'
        WHEN member.status <> 'removed' THEN 'back_already'
        WHEN (member.reason, member.since) IS DISTINCT FROM (removal.reason, removal.decided_at) THEN 'changed_since'
    END
FROM sync.removal
JOIN contacts.contact         AS person ON person.contact_id = removal.contact_id
LEFT JOIN contacts.membership AS member ON member.list_id = removal.list_id AND member.contact_id = removal.contact_id
WHERE removal.act_id = :act_id
  AND removal.state = 'applied'
