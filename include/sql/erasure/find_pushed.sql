-- Purpose:    the records that our own pushes made of a person, also in modules that no sync has read: one may some day.
-- Parameters: contact_id (null: nobody's)
-- Returns:    nothing; adds to the table erasing_record.
INSERT INTO erasing_record (account, module, source_no, record_id)
SELECT DISTINCT switch.account, switch.module, source.source_no, pushed.record_id
FROM sync.push_ledger AS pushed
JOIN sync.push_switch AS switch USING (switch_no)
LEFT JOIN sync.source ON source.account = switch.account AND source.module = switch.module
WHERE pushed.contact_id = CAST(:contact_id AS bigint) AND pushed.record_id IS NOT NULL
ON CONFLICT DO NOTHING
