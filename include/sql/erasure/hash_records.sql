-- Purpose:    note the hashes of the records, and what stands for their ids from now on.
-- Parameters: accounts, modules, record_ids, hashes, stand_ins (arrays of one entry a record)
-- Returns:    nothing; rows affected are records.
UPDATE erasing_record
SET hash = given.hash, stand_in = given.stand_in
FROM unnest(
    CAST(:accounts AS text[]), CAST(:modules AS text[]), CAST(:record_ids AS text[]), CAST(:hashes AS bytea[]),
    CAST(:stand_ins AS text[])
) AS given (account, module, record_id, hash, stand_in)
WHERE erasing_record.account = given.account AND erasing_record.module = given.module AND erasing_record.record_id = given.record_id
