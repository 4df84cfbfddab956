-- Purpose:    the removals that wait for a person's answer: one row for each fetch that left any (ADV-8).
-- Parameters: sync_id, fetch_id (null for any)
-- Returns:    what contact_sync.warehouse.pending.Batch holds; the oldest first. members: of the list, as it is now.
SELECT
    run.fetch_id, run.sync_no, sync.sync_id, sync.name AS sync_name, sync.state AS sync_state, run.dag_id, run.run_id,
    run.list_id, list.name AS list_name, run.started_at, run.asked_by_run, run.asked_until,
    waiting.people, waiting.ending,
    (SELECT count(*) FROM contacts.membership WHERE list_id = run.list_id AND status <> 'removed') AS members,
    coalesce((version.settings #>> '{options,guard,memberships}')::integer, 10)          AS guard_memberships,
    coalesce((version.settings #>> '{options,guard,share}')::float8, 0.1)                AS guard_share,
    coalesce((version.settings #>> '{options,guard,approval_timeout}')::integer, 24)     AS approval_timeout
FROM (
    SELECT
        removal.fetch_id,
        count(*)                                             AS people,
        count(*) FILTER (WHERE member.status <> 'removed')   AS ending
    FROM sync.removal
    LEFT JOIN contacts.membership AS member USING (list_id, contact_id)
    WHERE removal.state = 'pending' AND removal.fetch_id IS NOT NULL
    GROUP BY removal.fetch_id
) AS waiting
JOIN sync.fetch AS run USING (fetch_id)
JOIN sync.sync USING (sync_no)
JOIN sync.config_version AS version USING (config_version)
JOIN contacts.mailing_list AS list ON list.list_id = run.list_id
WHERE (CAST(:sync_id AS text) IS NULL OR sync.sync_id = :sync_id)
  AND (CAST(:fetch_id AS bigint) IS NULL OR run.fetch_id = :fetch_id)
ORDER BY run.fetch_id
