-- Purpose:    nothing is sent for the person any more, nor is it kept that anything was. Run before erasure/responses.
-- Parameters: contact_id (null: nobody's)
-- Returns:    nothing; rows affected are rows of the outbox.
DELETE FROM sync.outbox WHERE contact_id = CAST(:contact_id AS bigint)
