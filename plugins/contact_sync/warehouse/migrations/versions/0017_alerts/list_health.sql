-- How each list stands, for who is about to use it (OPS-13). Of a sync its last fetch counts that was neither skipped nor a
-- preview nor a backfill; whoever is inactive on purpose is not asked for.
CREATE VIEW sync.list_health AS
SELECT
    list.list_id,
    list.name                                  AS list_name,
    coalesce(fed.syncs, '{}')                  AS syncs,
    coalesce(fed.troubled, '{}')               AS troubled,
    fed.read_until,
    coalesce(cardinality(fed.troubled) = 0, false) AS healthy
FROM contacts.mailing_list AS list
LEFT JOIN (
    SELECT
        last.list_id,
        array_agg(sync.sync_id ORDER BY sync.sync_id)                                              AS syncs,
        coalesce(array_agg(sync.sync_id ORDER BY sync.sync_id) FILTER (WHERE judged.troubled), '{}') AS troubled,
        CASE WHEN bool_and(success.window_end IS NOT NULL OR NOT judged.due)
            THEN min(success.window_end) FILTER (WHERE judged.due) END                             AS read_until
    FROM sync.sync
    CROSS JOIN LATERAL (
        SELECT run.list_id, run.status
        FROM sync.fetch AS run
        WHERE run.sync_no = sync.sync_no AND run.status NOT IN ('running', 'skipped', 'preview') AND run.run_type <> 'backfill'
        ORDER BY run.started_at DESC, run.fetch_id DESC
        LIMIT 1
    ) AS last
    LEFT JOIN LATERAL (
        SELECT run.window_end
        FROM sync.fetch AS run
        WHERE run.sync_no = sync.sync_no AND run.loaded_at IS NOT NULL AND run.run_type <> 'backfill'
        ORDER BY run.started_at DESC, run.fetch_id DESC
        LIMIT 1
    ) AS success ON true
    CROSS JOIN LATERAL (
        SELECT
            last.status <> 'succeeded' OR (sync.state = 'inactive' AND sync.inactive_reason <> 'completed') OR EXISTS (
                SELECT FROM sync.alert WHERE alert.sync_no = sync.sync_no AND alert.ended_at IS NULL
            )                                                                   AS troubled,
            sync.state = 'active' OR sync.inactive_reason <> 'completed'        AS due
    ) AS judged
    WHERE sync.state = 'active'
       OR (sync.state = 'inactive' AND sync.inactive_reason NOT IN ('by_hand', 'period_over'))
    GROUP BY last.list_id
) AS fed USING (list_id);
COMMENT ON VIEW sync.list_health IS 'How each list stands: what feeds it, whether all of that is well, and up to when it was read (OPS-13).';
COMMENT ON COLUMN sync.list_health.list_id IS 'The list.';
COMMENT ON COLUMN sync.list_health.list_name IS 'Its name.';
COMMENT ON COLUMN sync.list_health.syncs IS 'Ids of the syncs that feed it; empty if none does, or none has fetched yet.';
COMMENT ON COLUMN sync.list_health.troubled IS 'Those of them whose last fetch was not simply a success, that are inactive though nobody meant it, or of which an alert is open (OPS-7).';
COMMENT ON COLUMN sync.list_health.read_until IS 'Changes at the sources up to here are in the list: the earliest end of the syncs'' last loaded windows; empty while one has never succeeded, or if only completed one-time syncs feed it.';
COMMENT ON COLUMN sync.list_health.healthy IS 'Whether a sync feeds it and none of them is troubled.';
