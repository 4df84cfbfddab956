-- Purpose:    memberships of a person that options ended, or would end, the last first (ADV-1 to ADV-8).
-- Parameters: contact_id
-- Returns:    sync_id, list_name, reason, reach, state, status_before, record_id, fetch_id, act_id, decided_at, decided_by.
SELECT
    sync.sync_id, list.name AS list_name, removal.reason, removal.reach, removal.state, removal.status_before,
    removal.record_id, removal.fetch_id, removal.act_id, removal.decided_at, removal.decided_by
FROM sync.removal
JOIN sync.sync USING (sync_no)
JOIN contacts.mailing_list AS list USING (list_id)
WHERE removal.contact_id = :contact_id
ORDER BY removal.decided_at DESC, removal.removal_id DESC
