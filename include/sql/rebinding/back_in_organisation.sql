-- Purpose:    take back the deletions of the act.
-- Parameters: none; reads the transaction's table undoing.
-- Returns:    nothing; rows affected are people.
UPDATE contacts.contact AS person
SET deleted_at = NULL, deleted_reason = NULL, updated_at = statement_timestamp(), updated_by_fetch = NULL
FROM undoing
JOIN sync.removal USING (removal_id)
WHERE undoing.left_because IS NULL
  AND removal.reach = 'organisation'
  AND person.contact_id = removal.contact_id
  AND person.deleted_at = removal.decided_at
