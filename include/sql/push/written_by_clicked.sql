-- Purpose:    what clicked switches have written in this push, by whichever attempt: an opened one leaves it alone (PUSH-1).
-- Parameters: switch_no: of the opened switch; fetch_id, push_run_no (one of the two is null): the push
-- Returns:    contact_id, record_id, fields: of Recruit that the switch fills; the latest row of each person.
SELECT DISTINCT ON (ledger.contact_id) ledger.contact_id, ledger.record_id, clicked.mapped AS fields
FROM sync.push_switch AS switch
JOIN sync.push_switch AS clicked
    ON clicked.account = switch.account AND clicked.module = switch.module AND clicked.response = 'clicked'
JOIN sync.push_ledger AS ledger ON ledger.switch_no = clicked.switch_no
WHERE switch.switch_no = :switch_no AND ledger.outcome IN ('inserted', 'updated') AND ledger.record_id IS NOT NULL
  AND (ledger.fetch_id = CAST(:fetch_id AS bigint) OR ledger.push_run_no = CAST(:push_run_no AS bigint))
ORDER BY ledger.contact_id, ledger.push_id DESC
