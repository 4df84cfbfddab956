-- Purpose:    how many memberships of its list the removals of a fetch that still wait would end (ADV-8).
-- Parameters: fetch_id
-- Returns:    one number.
SELECT count(*)
FROM sync.removal
JOIN contacts.membership AS member USING (list_id, contact_id)
WHERE removal.fetch_id = :fetch_id AND removal.state = 'pending' AND member.status <> 'removed'
