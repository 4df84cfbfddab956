-- Purpose:    the records that were found.
-- Parameters: none; reads the transaction's table erasing_record.
-- Returns:    account, module, record_id
SELECT account, module, record_id FROM erasing_record
