-- Purpose:    give the person's staged records their hash, where extract did not.
-- Parameters: source_no; reads the transaction's view batch and its table erasing_record.
-- Returns:    nothing; rows affected are records.
UPDATE batch
SET record_hash = theirs.hash
FROM erasing_record AS theirs
WHERE theirs.source_no = :source_no AND theirs.record_id = batch.record_id AND batch.record_hash IS NULL
