-- Purpose:    write which member statuses Recruit took or refused; of somebody erased meanwhile the record is not kept (OPS-6).
-- Parameters: account, module, field (null: of the members themselves), fetch_id, push_run_no (one of the two is null);
--             arrays of one entry a record: contact_ids, record_ids, campaign_ids, statuses, outcomes, details
-- Returns:    nothing; rows affected are statuses.
INSERT INTO sync.status_push (
    account, module, record_id, field, contact_id, campaign_id, status, outcome, detail, fetch_id, push_run_no, at
)
SELECT
    :account, :module, CASE WHEN person.deleted_reason IS DISTINCT FROM 'erased' THEN answer.record_id END,
    CAST(:field AS text), answer.contact_id, answer.campaign_id, answer.status, answer.outcome, answer.detail,
    CAST(:fetch_id AS bigint), CAST(:push_run_no AS bigint), clock_timestamp()
FROM unnest(
    CAST(:contact_ids AS bigint[]), CAST(:record_ids AS text[]), CAST(:campaign_ids AS bigint[]),
    CAST(:statuses AS text[]), CAST(:outcomes AS text[]), CAST(:details AS text[])
) AS answer (contact_id, record_id, campaign_id, status, outcome, detail)
JOIN contacts.contact AS person USING (contact_id)
