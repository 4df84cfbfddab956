-- Purpose:    let the conversions that this sync recorded follow its present choice (ADV-4, ADV-5).
-- Parameters: none; reads the transaction's this_fetch.
-- Returns:    nothing; rows affected are conversions that block otherwise from now on.
UPDATE sync.conversion AS seen
SET manner = this_fetch.converted
FROM this_fetch
WHERE seen.sync_no = this_fetch.sync_no
  AND seen.list_id = this_fetch.list_id
  AND seen.manner <> this_fetch.converted
