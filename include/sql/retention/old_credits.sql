-- Purpose:    replace old calls by their sums in the fetch that they were made for: the counters survive.
-- Parameters: before, most (calls at once)
-- Returns:    one row: calls deleted.
WITH pruned AS (
    DELETE FROM sync.credit
    WHERE credit_id IN (SELECT credit_id FROM sync.credit WHERE at < :before LIMIT :most)
    RETURNING fetch_id, cost
),
summed AS (
    UPDATE sync.fetch AS run
    SET credits = coalesce(run.credits, 0) + spent.credits,
        calls   = coalesce(run.calls, 0) + spent.calls
    FROM (
        SELECT fetch_id, sum(cost) AS credits, count(*) AS calls FROM pruned WHERE fetch_id IS NOT NULL GROUP BY fetch_id
    ) AS spent
    WHERE run.fetch_id = spent.fetch_id
)
SELECT count(*) FROM pruned
