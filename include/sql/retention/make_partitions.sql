-- Purpose:    make the ledger's months ahead, so that a load always finds the one it writes to.
-- Parameters: now, months (how many, the present one counted)
-- Returns:    one row: months made.
SELECT sync.make_ledger_partitions(CAST(CAST(:now AS timestamptz) AT TIME ZONE 'UTC' AS date), :months)
