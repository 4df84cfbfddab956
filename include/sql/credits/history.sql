-- Purpose:    what the latest runs of every sync cost, as a measure of its next one.
-- Parameters: none.
-- Returns:    a row for each sync: sync_id, state; credits: API credits of its last ten loaded runs but for first ones
--             and backfills, newest first.
SELECT sync.sync_id, sync.state, coalesce(recent.credits, '{}') AS credits
FROM sync.sync
CROSS JOIN LATERAL (
    SELECT array_agg(latest.credits ORDER BY latest.loaded_at DESC) AS credits
    FROM (
        SELECT
            run.loaded_at,
            coalesce(run.credits, 0) + coalesce(spent.credits, 0) AS credits
        FROM sync.fetch AS run
        CROSS JOIN LATERAL (SELECT sum(cost) AS credits FROM sync.credit WHERE fetch_id = run.fetch_id) AS spent
        WHERE run.sync_no = sync.sync_no AND run.loaded_at IS NOT NULL AND NOT run.first AND run.run_type <> 'backfill'
        ORDER BY run.loaded_at DESC
        LIMIT 10
    ) AS latest
) AS recent
ORDER BY sync.sync_id
