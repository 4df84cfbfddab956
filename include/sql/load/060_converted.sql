-- Purpose:    remember since which fetch a linked candidate is known to be converted (ADV-4).
-- Parameters: none; reads the transaction's this_fetch, batch and outcome.
-- Returns:    nothing; rows affected are links marked.
UPDATE contacts.source_link AS link
SET converted_at = this_fetch.started_at
FROM outcome
CROSS JOIN this_fetch
JOIN batch USING (record_no)
WHERE link.source_no = this_fetch.source_no
  AND link.record_id = outcome.record_id
  AND link.converted_at IS NULL
  AND batch.converted
  AND outcome.outcome <> 'out_of_scope'
