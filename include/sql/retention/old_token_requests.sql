-- Purpose:    delete old token requests; only those of the last ten minutes are ever asked for (ACC-3).
-- Parameters: before
-- Returns:    nothing; rows affected are requests.
DELETE FROM sync.token_request WHERE at < :before
