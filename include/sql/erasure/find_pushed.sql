-- Purpose:    the records that our own pushes made or met of a person, also in modules that no sync has read: one may some day.
-- Parameters: contact_id (null: nobody's)
-- Returns:    nothing; adds to the table erasing_record.
INSERT INTO erasing_record (account, module, source_no, record_id)
SELECT DISTINCT ours.account, ours.module, source.source_no, ours.record_id
FROM (
    SELECT switch.account, switch.module, unnest(pushed.record_id || coalesce(pushed.others, '{}')) AS record_id
    FROM sync.push_ledger AS pushed
    JOIN sync.push_switch AS switch USING (switch_no)
    WHERE pushed.contact_id = CAST(:contact_id AS bigint)
    UNION
    SELECT outbox.account, outbox.module, unnest(outbox.record_id || coalesce(outbox.others, '{}'))
    FROM sync.outbox
    WHERE outbox.contact_id = CAST(:contact_id AS bigint)
    UNION
    SELECT told.account, told.module, told.record_id
    FROM sync.status_push AS told
    WHERE told.contact_id = CAST(:contact_id AS bigint)
) AS ours
LEFT JOIN sync.source ON source.account = ours.account AND source.module = ours.module
WHERE ours.record_id IS NOT NULL
ON CONFLICT DO NOTHING
