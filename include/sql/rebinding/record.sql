-- Purpose:    write down the removals of an act, which are carried out next by the statements of every removal.
-- Parameters: act_id, sync_no, source_no, list_id, who; reads the transaction's table leaving.
-- Returns:    nothing; rows affected are removals.
INSERT INTO sync.removal (
    act_id, sync_no, list_id, contact_id, source_no, record_id, reason, reach, state, status_before, decided_at, decided_by
)
SELECT
    :act_id, :sync_no, :list_id, leaving.contact_id, :source_no, leaving.record_id, leaving.reason, leaving.reach,
    'applied', coalesce(member.status, 'removed'),
    -- one moment for all; not now(): the transaction may have begun before a load that it had to wait for
    statement_timestamp(), :who
FROM leaving
LEFT JOIN contacts.membership AS member ON member.list_id = :list_id AND member.contact_id = leaving.contact_id
