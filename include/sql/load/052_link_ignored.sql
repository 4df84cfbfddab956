-- Purpose:    remember whose record was kept out because of the person that its address names: suppressed, unsubscribed or
--             removed by hand. That belongs to the person, so it holds too once this record comes with another address
--             (OUT-11, OUT-13, OUT-18). It takes nothing and supplies nothing. Run after load/050_source_link.
-- Parameters: none; reads the transaction's this_fetch, batch and outcome.
-- Returns:    nothing; rows affected are links made.
INSERT INTO contacts.source_link (source_no, record_id, contact_id, email_key, linked_by_fetch, opted_out)
SELECT this_fetch.source_no, outcome.record_id, outcome.contact_id, batch.email_key, this_fetch.fetch_id, batch.opted_out
FROM outcome
CROSS JOIN this_fetch
JOIN batch USING (record_no)
WHERE outcome.reason IN ('do_not_mail', 'unsubscribed', 'removed_by_hand')
  AND outcome.contact_id IS NOT NULL
  AND batch.erased_by IS NULL  -- of erased people nothing is kept but hashes (OPS-6)
ON CONFLICT (source_no, record_id) DO NOTHING
