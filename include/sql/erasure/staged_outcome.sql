-- Purpose:    take what is personal out of a fetch's outcomes. One that is not loaded yet is decided again anyway.
-- Parameters: source_no, contact_id (null: nobody's); reads the transaction's view staged and its table erasing_record.
-- Returns:    nothing; rows affected are outcomes.
UPDATE staged
SET record_id = coalesce(theirs.stand_in, staged.record_id), evidence = NULL, unwritten = NULL
FROM staged AS same
LEFT JOIN erasing_record AS theirs ON theirs.source_no = :source_no AND theirs.record_id = same.record_id
WHERE same.record_no = staged.record_no
  AND (theirs.record_id IS NOT NULL OR staged.contact_id = CAST(:contact_id AS bigint))
