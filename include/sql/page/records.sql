-- Purpose:    records of a fetch with what became of each (OUT-16), in the order in which they were read.
-- Parameters: fetch_id, started_at: of the fetch, the latter names the partition; outcome, reason, sub_code (empty:
--             rows without one), changed: only such rows, NULL for any; people: whether names and addresses may be
--             told; after: only records of a higher number, NULL from the first; rows: how many.
-- Returns:    a row for each record: record_no, record_id, module, outcome, reason, sub_code, changed, evidence,
--             contact_id, and name and email of the contact as they are now, NULL unless people.
SELECT
    ledger.record_no, ledger.record_id, source.module, ledger.outcome, ledger.reason, ledger.sub_code, ledger.changed,
    ledger.evidence, ledger.contact_id,
    nullif(concat_ws(' ', person.first_name, person.last_name), '') AS name,
    person.email
FROM (
    SELECT *
    FROM sync.ledger
    WHERE ledger.fetch_started_at = :started_at
      AND ledger.fetch_id = :fetch_id
      AND (CAST(:outcome AS text) IS NULL OR ledger.outcome = CAST(:outcome AS text)
           OR (CAST(:outcome AS text) = 'total' AND ledger.outcome IN ('new', 're_added', 'duplicate', 'ignored'))
           OR (CAST(:outcome AS text) = 'read' AND ledger.outcome <> 'deleted'))
      AND (CAST(:reason AS text) IS NULL OR ledger.reason = CAST(:reason AS text))
      AND (CAST(:sub_code AS text) IS NULL OR coalesce(ledger.sub_code, '') = CAST(:sub_code AS text))
      AND (CAST(:changed AS boolean) IS NULL OR ledger.changed = CAST(:changed AS boolean))
      AND ledger.record_no > coalesce(CAST(:after AS bigint), -1)
    ORDER BY ledger.record_no
    LIMIT :rows
) AS ledger
JOIN sync.source USING (source_no)
LEFT JOIN contacts.contact AS person ON person.contact_id = ledger.contact_id AND CAST(:people AS boolean)
ORDER BY ledger.record_no
