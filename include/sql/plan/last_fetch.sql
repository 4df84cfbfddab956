-- Purpose:    what a rehearsed fetch made of the records of the sync's last loaded one, beside what that made of them: the answer
--             where only the source can tell what a changed file does (OPS-2).
-- Parameters: fetch_id (the rehearsed one)
-- Returns:    was, becomes (taken: new, re-added or duplicate; else outcome, reason and sub-code; becomes is null where the record
--             was not read again), records; the most records first. Nothing without an earlier fetch of the same source.
WITH last_fetch AS (
    SELECT run.fetch_id, run.started_at
    FROM sync.fetch AS run
    JOIN sync.fetch AS this ON this.sync_no = run.sync_no AND this.source_no = run.source_no
    WHERE this.fetch_id = :fetch_id AND run.fetch_id <> this.fetch_id AND run.loaded_at IS NOT NULL
    ORDER BY run.loaded_at DESC
    LIMIT 1
),
judged AS (
    SELECT
        line.fetch_id, line.record_id,
        CASE
            WHEN line.outcome IN ('new', 're_added', 'duplicate') THEN 'taken'
            ELSE concat_ws(': ', line.outcome, line.reason, line.sub_code)
        END AS verdict
    FROM sync.fetch AS run
    JOIN sync.ledger AS line ON line.fetch_started_at = run.started_at AND line.fetch_id = run.fetch_id
    WHERE run.fetch_id IN (SELECT fetch_id FROM last_fetch UNION ALL SELECT CAST(:fetch_id AS bigint))
      AND line.outcome <> 'deleted' AND line.reason IS DISTINCT FROM 'page_repeat' AND line.record_id IS NOT NULL
)
SELECT was.verdict AS was, now_is.verdict AS becomes, count(*) AS records
FROM judged AS was
JOIN last_fetch ON last_fetch.fetch_id = was.fetch_id
LEFT JOIN judged AS now_is ON now_is.fetch_id = :fetch_id AND now_is.record_id = was.record_id
GROUP BY was.verdict, now_is.verdict
ORDER BY records DESC, was, becomes
