-- Purpose:    count as spent what tasks reserved that have given no sign since: whether they spent it nobody knows.
-- Parameters: before: the last sign was earlier; account (empty: of every account).
-- Returns:    one row: reservations settled.
WITH ended AS (
    DELETE FROM sync.credit_reservation
    WHERE reserved_at < :before AND (CAST(:account AS text) IS NULL OR account = :account)
    RETURNING account, fetch_id, reserved_at, credits
),
spent AS (
    INSERT INTO sync.credit (account, fetch_id, at, method, path, status, rows, cost, seconds)
    SELECT account, fetch_id, reserved_at, 'SETTLED', 'reserved by a task that gave no sign for an hour', 0, 0, credits, 0
    FROM ended
    WHERE credits > 0
)
SELECT count(*) FROM ended
