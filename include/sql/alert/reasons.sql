-- Purpose:    the reasons for ignored of a sync's last loaded fetch as shares of its records, beside the median of those before
--             it (OPS-7). Only fetches of enough records count; previews and backfills do not.
-- Parameters: sync_no, least (records), before (how many fetches the median is of, at most)
-- Returns:    fetch_id, reason, share, usual (both from 0 to 1), fetches (how many the median is of); no row if there is no such
--             fetch, or none of them ever ignored anything.
WITH sized AS (
    SELECT run.fetch_id, run.total, row_number() OVER (ORDER BY run.started_at DESC, run.fetch_id DESC) AS age
    FROM sync.fetch AS run
    WHERE run.sync_no = :sync_no AND run.loaded_at IS NOT NULL AND run.run_type <> 'backfill' AND run.total >= :least
    ORDER BY run.started_at DESC, run.fetch_id DESC
    LIMIT CAST(:before AS integer) + 1
),
counted AS (
    SELECT sized.fetch_id, told.reason, sum(told.records) AS records
    FROM sized
    JOIN sync.fetch_reason AS told USING (fetch_id)
    WHERE told.outcome = 'ignored'
    GROUP BY sized.fetch_id, told.reason
)
SELECT
    max(sized.fetch_id) FILTER (WHERE sized.age = 1)                                        AS fetch_id,
    seen.reason,
    (max(coalesce(counted.records, 0) / sized.total::numeric) FILTER (WHERE sized.age = 1))::float8 AS share,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY (coalesce(counted.records, 0) / sized.total::numeric)::float8)
        FILTER (WHERE sized.age > 1)                                                        AS usual,
    count(*) FILTER (WHERE sized.age > 1)                                                   AS fetches
FROM sized
CROSS JOIN (SELECT DISTINCT reason FROM counted) AS seen
LEFT JOIN counted ON counted.fetch_id = sized.fetch_id AND counted.reason = seen.reason
GROUP BY seen.reason
ORDER BY seen.reason
