-- Purpose:    remember what was suppressed of a record that was kept out and is no contact's: that belongs to the person, so
--             it holds for the record with its next address, too (OUT-11, OUT-13). A flawed address, such as that of a
--             role, names no person. Run after load/092_link_ignored.
-- Parameters: none; reads the transaction's this_fetch, batch and outcome.
-- Returns:    nothing; rows affected are suppressions of records.
INSERT INTO sync.suppressed_record (source_no, record_id, suppression_id, first_fetch)
SELECT DISTINCT this_fetch.source_no, seen.record_id, seen.suppression_id, this_fetch.fetch_id
FROM (
    SELECT batch.record_no, batch.record_id, held.suppression_id
    FROM contacts.suppression AS held
    JOIN batch USING (email_key)
    WHERE held.lifted_at IS NULL
    UNION ALL
    SELECT batch.record_no, batch.record_id, held.suppression_id
    FROM contacts.suppression AS held
    JOIN contacts.contact AS person USING (contact_id)
    JOIN batch ON batch.email_key = person.email_key
    WHERE held.lifted_at IS NULL
) AS seen
CROSS JOIN this_fetch
JOIN outcome USING (record_no)
JOIN batch USING (record_no)
WHERE outcome.outcome = 'ignored'
  AND batch.flaw IS NULL
  AND batch.erased_by IS NULL  -- of erased people nothing is kept but hashes (OPS-6)
  AND NOT EXISTS (
      SELECT FROM contacts.source_link AS link
      WHERE link.source_no = this_fetch.source_no AND link.record_id = seen.record_id
  )
ON CONFLICT DO NOTHING
