-- Purpose:    hold the row of a fetch, so that no task takes it up while its staging tables are dropped.
-- Parameters: fetch_id
-- Returns:    at most one row: whether it is at work again.
SELECT status = 'running' AS at_work FROM sync.fetch WHERE fetch_id = :fetch_id FOR UPDATE
