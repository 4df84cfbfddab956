-- Purpose:    write down this fetch's removals, applied or waiting for a person's answer (ADV-8).
-- Parameters: state (applied or pending); reads the transaction's this_fetch and removal.
-- Returns:    nothing; rows affected are removals. status_before is removed for whom only the organisation loses.
INSERT INTO sync.removal (
    fetch_id, sync_no, list_id, contact_id, source_no, record_id, reason, reach, state, status_before, decided_at, decided_by
)
SELECT
    this_fetch.fetch_id, this_fetch.sync_no, this_fetch.list_id, removal.contact_id, this_fetch.source_no, removal.record_id,
    removal.reason, removal.reach, :state, coalesce(member.status, 'removed'), this_fetch.started_at, 'fetch ' || this_fetch.fetch_id
FROM removal
CROSS JOIN this_fetch
JOIN contacts.contact AS person USING (contact_id)
LEFT JOIN contacts.membership AS member ON member.list_id = this_fetch.list_id AND member.contact_id = removal.contact_id
WHERE coalesce(member.status, 'removed') <> 'removed' OR (removal.reach = 'organisation' AND person.deleted_at IS NULL)
