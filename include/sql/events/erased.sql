-- Purpose:    take everything personal out of rows of people who were erased: nothing of them is kept again (OPS-6).
-- Parameters: none; reads and writes the transaction's event_row.
-- Returns:    nothing; rows affected are rows of erased people.
UPDATE event_row
SET reason = 'erased_person', detail = 'the person was erased', raw = NULL, email_key = NULL
FROM sync.erased
JOIN contacts.suppression AS held USING (suppression_id)
WHERE erased.hash = event_row.address_hash AND erased.kind = 'address' AND held.lifted_at IS NULL
