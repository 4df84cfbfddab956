-- Purpose:    write a call to Zoho, and take its cost off the reservation that it was made under, in one step.
-- Parameters: account, fetch_id, at, method, path, status, rows, cost, seconds; reservation_id (empty: none).
--             The commit does not wait for the disk.
-- Returns:    nothing.
WITH drawn AS (
    UPDATE sync.credit_reservation
    SET credits     = greatest(credits - :cost, 0),
        reserved_at = :at
    WHERE reservation_id = CAST(:reservation_id AS bigint)
)
INSERT INTO sync.credit (account, fetch_id, at, method, path, status, rows, cost, seconds)
SELECT :account, :fetch_id, :at, :method, :path, :status, :rows, :cost, :seconds
FROM set_config('synchronous_commit', 'off', true)
