-- Purpose:    reserve credits.
-- Parameters: account, fetch_id (empty: calls of no fetch), work, credits, now.
-- Returns:    one row: reservation_id.
INSERT INTO sync.credit_reservation (account, fetch_id, work, credits, reserved_at)
VALUES (:account, :fetch_id, :work, :credits, :now)
RETURNING reservation_id
