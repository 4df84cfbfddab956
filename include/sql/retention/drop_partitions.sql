-- Purpose:    drop the months of the ledger that are wholly too old.
-- Parameters: before
-- Returns:    one row: months dropped.
SELECT sync.drop_ledger_partitions(:before)
