-- Purpose:    whom a person decides about (ADV-8).
-- Parameters: fetch_id
-- Returns:    contact_id, record_id, reason, reach, status (of the membership now; removed if there is none); by contact.
SELECT removal.contact_id, removal.record_id, removal.reason, removal.reach, coalesce(member.status, 'removed') AS status
FROM sync.removal
LEFT JOIN contacts.membership AS member USING (list_id, contact_id)
WHERE removal.fetch_id = :fetch_id AND removal.state = 'pending'
ORDER BY removal.contact_id
