-- Purpose:    delete ledger rows that are too old, in a month that is not wholly so.
-- Parameters: before, most (rows at once)
-- Returns:    nothing; rows affected are records.
DELETE FROM sync.ledger
WHERE (fetch_started_at, fetch_id, record_no) IN (
    SELECT fetch_started_at, fetch_id, record_no FROM sync.ledger WHERE fetch_started_at < :before LIMIT :most
)
