-- Purpose:    who of these has been settled by somebody else meanwhile: found by the key, or answered.
-- Parameters: switch_no, contact_ids
-- Returns:    contact_id; the rows are held until the transaction ends.
SELECT contact_id
FROM sync.outbox
WHERE kind = 'lead' AND switch_no = :switch_no AND contact_id = ANY(CAST(:contact_ids AS bigint[]))
  AND state = 'answered'
FOR UPDATE
