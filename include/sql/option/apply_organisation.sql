-- Purpose:    mark people who leave the organisation as deleted; nothing is erased.
-- Parameters: fetch_id, act_id (one of them null): whose removals of state applied
-- Returns:    nothing; rows affected are people.
UPDATE contacts.contact AS person
SET deleted_at       = removal.decided_at,
    deleted_reason   = removal.reason,
    updated_at       = removal.decided_at,
    updated_by_fetch = removal.fetch_id
FROM sync.removal
WHERE (removal.fetch_id = CAST(:fetch_id AS bigint) OR removal.act_id = CAST(:act_id AS bigint))
  AND removal.state = 'applied'
  AND removal.reach = 'organisation'
  AND person.contact_id = removal.contact_id
  AND person.deleted_at IS NULL
