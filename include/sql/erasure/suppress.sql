-- Purpose:    suppress the person for good (OUT-10): the hashes name this suppression.
-- Parameters: contact_id (null if they were no contact), reason, who
-- Returns:    one row: suppression_id.
INSERT INTO contacts.suppression (kind, contact_id, origin, reason, created_by, created_at)
VALUES ('erased', CAST(:contact_id AS bigint), 'command', :reason, :who, statement_timestamp())
RETURNING suppression_id
