-- Purpose:    which syncs supply which contact fields, by the configuration in force: the one seen last (CFG-1); of this
--             fetch's sync the one it was opened with. A deleted sync supplies nothing (MAP-8).
-- Parameters: none; reads the transaction's this_fetch.
-- Returns:    nothing; makes the transaction's table supplier, unless it is there: one row per sync and contact field, the address apart.
CREATE TEMPORARY TABLE IF NOT EXISTS supplier ON COMMIT DROP AS
WITH in_force AS (
    SELECT DISTINCT ON (registered.sync_no)
        registered.sync_no, registered.sync_id, version.config_version, version.settings
    FROM sync.sync AS registered
    CROSS JOIN this_fetch
    JOIN sync.config_version AS version ON version.sync_no = registered.sync_no
    LEFT JOIN sync.fetch AS mine ON mine.fetch_id = this_fetch.fetch_id AND mine.config_version = version.config_version
    WHERE registered.state <> 'deleted' OR registered.sync_no = this_fetch.sync_no
    ORDER BY registered.sync_no, mine.fetch_id NULLS LAST, version.in_force_since DESC, version.config_version DESC
)
SELECT DISTINCT
    in_force.sync_no,
    in_force.sync_id,
    line ->> 'target'                                               AS target,
    coalesce((in_force.settings ->> 'source_priority')::integer, 0) AS priority
FROM in_force
LEFT JOIN LATERAL (
    -- what the source's own fields told is as good as a line of the file (MAP-1)
    SELECT run.told_mapping
    FROM sync.fetch AS run
    WHERE run.sync_no = in_force.sync_no AND run.config_version = in_force.config_version AND run.staged_rows IS NOT NULL
    ORDER BY run.started_at DESC
    LIMIT 1
) AS told ON true
CROSS JOIN LATERAL jsonb_array_elements((in_force.settings -> 'mapping') || coalesce(told.told_mapping, '[]')) AS line
WHERE line ->> 'target' <> 'email'
