-- Purpose:    what of an account's credits is spent and reserved; both as of one moment, so that no call counts twice.
-- Parameters: account; since: calls from then on count.
-- Returns:    one row: spent, reserved.
SELECT
    (SELECT coalesce(sum(cost), 0) FROM sync.credit WHERE account = :account AND at >= :since)      AS spent,
    (SELECT coalesce(sum(credits), 0) FROM sync.credit_reservation WHERE account = :account)        AS reserved
