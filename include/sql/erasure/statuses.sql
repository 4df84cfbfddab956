-- Purpose:    keep of member statuses written to Recruit that they were: no record, no detail.
-- Parameters: contact_id (null: nobody's)
-- Returns:    nothing; rows affected are statuses.
UPDATE sync.status_push SET record_id = NULL, detail = NULL WHERE contact_id = CAST(:contact_id AS bigint)
