-- Purpose:    the one row that classification and load read: the fetch with the policies and choices in force.
-- Parameters: none; reads the transaction's setting contact_sync.fetch_id (DDL takes no parameters), and batch.
-- Returns:    nothing; makes the transaction's table this_fetch with one row.
CREATE TEMPORARY TABLE this_fetch ON COMMIT DROP AS
SELECT
    run.fetch_id,
    run.started_at,
    run.source_clock,
    run.sync_no,
    run.source_no,
    source.account,
    source.module,
    run.list_id,
    run.staged_rows,
    version.mapping_version,
    version.settings ->> 'unapproved'                                        AS unapproved,
    coalesce(version.settings -> 'options' ->> 'opt_out', 'dont_exclude')    AS opt_out,
    coalesce(version.settings -> 'options' ->> 'deleted', 'keep')            AS deleted,
    coalesce(version.settings -> 'options' ->> 'unsubscribed', 'keep')       AS unsubscribed,
    coalesce(version.settings -> 'options' ->> 'converted', 'ignore_everywhere')       AS converted,
    coalesce(version.settings -> 'policies' ->> 'shared_contacts', 'list_only')        AS shared_contacts,
    coalesce(version.settings -> 'policies' ->> 'unsubscribe_scope', 'list')           AS unsubscribe_scope,
    (version.settings -> 'policies' ->> 'soft_bounces')::integer             AS soft_bounces,
    (version.settings -> 'policies' ->> 'contact_limit')::bigint             AS contact_limit,
    -- suppressions, the strictest first
    ARRAY['erased', 'complaint', 'unsubscribed_org', 'registry', 'blocked'] AS kinds,
    -- a field that no row has is gone, not empty
    'first_name' = ANY (clears.targets) AS clears_first_name,
    'last_name' = ANY (clears.targets)  AS clears_last_name
FROM sync.fetch AS run
JOIN sync.config_version AS version USING (config_version)
JOIN sync.source AS source USING (source_no)
CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(line ->> 'target'), '{}') AS targets
    FROM jsonb_array_elements(version.settings -> 'mapping') AS line
    WHERE line ->> 'target' IN ('first_name', 'last_name') AND (line ->> 'clear_when_empty')::boolean
      AND EXISTS (SELECT FROM batch WHERE batch.source ? (line ->> 'source'))
) AS clears
WHERE run.fetch_id = current_setting('contact_sync.fetch_id')::bigint
