-- Purpose:    how many records the plan limit keeps waiting: work in scope that this fetch leaves for later, whether or not
--             it read them (OUT-15, OPS-1). Run after withheld/release and withheld/keep.
-- Parameters: none; reads the transaction's this_fetch.
-- Returns:    one number.
SELECT count(*) FROM sync.withheld JOIN this_fetch USING (sync_no, source_no)
