-- Purpose:    write what became of people; a repeated "not pushed" for the same reason is not repeated, nor is an unknown
--             fate. Of somebody erased while the call was under way neither record nor response is kept (OPS-6).
-- Parameters: switch_no, fetch_id, push_run_no (one of the two is null); arrays of one entry a person: contact_ids,
--             outcomes, reasons, details, record_ids, response_ids, statuses, status_fields; others: of ids, each list
--             as a text with commas
-- Returns:    nothing; rows affected are ledger rows.
INSERT INTO sync.push_ledger (
    switch_no, contact_id, outcome, reason, detail, record_id, response_id, status, status_field, others, fetch_id,
    push_run_no, at
)
SELECT
    :switch_no, answer.contact_id, answer.outcome, answer.reason, answer.detail,
    CASE WHEN person.deleted_reason IS DISTINCT FROM 'erased' THEN answer.record_id END, response.response_id,
    answer.status, answer.status_field,
    CASE WHEN person.deleted_reason IS DISTINCT FROM 'erased' THEN string_to_array(answer.others, ',') END,
    CAST(:fetch_id AS bigint), CAST(:push_run_no AS bigint), now()
FROM unnest(
    CAST(:contact_ids AS bigint[]), CAST(:outcomes AS text[]), CAST(:reasons AS text[]), CAST(:details AS text[]),
    CAST(:record_ids AS text[]), CAST(:response_ids AS bigint[]), CAST(:statuses AS text[]),
    CAST(:status_fields AS text[]), CAST(:others AS text[])
) AS answer (contact_id, outcome, reason, detail, record_id, response_id, status, status_field, others)
LEFT JOIN contacts.contact AS person USING (contact_id)
LEFT JOIN contacts.response AS response ON response.response_id = answer.response_id
LEFT JOIN LATERAL (
    SELECT ledger.outcome, ledger.reason, ledger.detail, ledger.response_id
    FROM sync.push_ledger AS ledger
    WHERE ledger.switch_no = :switch_no AND ledger.contact_id = answer.contact_id
    ORDER BY ledger.push_id DESC
    LIMIT 1
) AS last_word ON true
WHERE answer.outcome IN ('inserted', 'updated')
   OR (answer.outcome, answer.reason, answer.detail, answer.response_id)
      IS DISTINCT FROM (last_word.outcome, last_word.reason, last_word.detail, last_word.response_id)
