-- Purpose:    leave out records that are linked to somebody else by now: they are theirs (OUT-13).
-- Parameters: contact_id (null: nobody's); reads the transaction's table erasing_record.
-- Returns:    nothing; rows affected are records left out.
DELETE FROM erasing_record
USING contacts.source_link AS link
WHERE link.source_no = erasing_record.source_no
  AND link.record_id = erasing_record.record_id
  AND link.contact_id IS DISTINCT FROM CAST(:contact_id AS bigint)
