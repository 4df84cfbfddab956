-- Purpose:    keep of pushes that they were: no record, no response, no detail.
-- Parameters: contact_id (null: nobody's)
-- Returns:    nothing; rows affected are rows of the push ledger.
UPDATE sync.push_ledger
SET record_id = NULL, response_id = NULL, detail = NULL, others = NULL
WHERE contact_id = CAST(:contact_id AS bigint)
