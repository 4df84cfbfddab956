-- The import history with what options removed; the suppliers of each membership.
CREATE OR REPLACE VIEW sync.import_history AS
SELECT
    run.fetch_id,
    sync.sync_id,
    sync.name                                                    AS sync_name,
    list.name                                                    AS list_name,
    run.run_type,
    run.run_id,
    run.started_at,
    run.finished_at,
    extract(epoch FROM run.finished_at - run.started_at)::float8 AS duration_seconds,
    run.status,
    run.stage,
    run.reason,
    run.remedy,
    run.window_start,
    run.window_end,
    run.read,
    run.out_of_scope,
    run.total,
    run.new,
    run.re_added,
    run.duplicate_in_list + run.duplicate_other_list + run.duplicate_no_list AS duplicate,
    run.duplicate_in_list,
    run.duplicate_other_list,
    run.duplicate_no_list,
    run.changed,
    run.ignored,
    run.deleted,
    run.joined,
    run.pushed,
    coalesce(spent.credits, 0) + coalesce(run.credits, 0)        AS credits,
    coalesce(spent.calls, 0) + coalesce(run.calls, 0)            AS calls,
    run.config_version,
    version.mapping_version,
    run.warnings,
    run.removed,
    run.pending_removals
FROM sync.fetch AS run
JOIN sync.sync USING (sync_no)
JOIN contacts.mailing_list AS list USING (list_id)
JOIN sync.config_version AS version USING (config_version)
LEFT JOIN (
    SELECT fetch_id, sum(cost) AS credits, count(*) AS calls FROM sync.credit GROUP BY fetch_id
) AS spent USING (fetch_id);
COMMENT ON COLUMN sync.import_history.removed IS 'Memberships of its list that options ended (ADV-1 to ADV-4).';
COMMENT ON COLUMN sync.import_history.pending_removals IS 'Memberships that wait for a person''s answer (ADV-8).';

CREATE VIEW contacts.membership_supply AS
SELECT
    taken.list_id,
    link.contact_id,
    taken.sync_no,
    taken.source_no,
    taken.record_id,
    taken.taken_at,
    link.gone_at
FROM sync.taken_record AS taken
JOIN contacts.source_link AS link USING (source_no, record_id);
COMMENT ON VIEW contacts.membership_supply IS 'Which records, by which syncs, supply each membership. A membership leaves by deletion only with its last live record (ADV-2).';
COMMENT ON COLUMN contacts.membership_supply.list_id IS 'The list.';
COMMENT ON COLUMN contacts.membership_supply.contact_id IS 'The person.';
COMMENT ON COLUMN contacts.membership_supply.sync_no IS 'The sync that supplies.';
COMMENT ON COLUMN contacts.membership_supply.source_no IS 'The source of the record.';
COMMENT ON COLUMN contacts.membership_supply.record_id IS 'The record.';
COMMENT ON COLUMN contacts.membership_supply.taken_at IS 'When the sync first took it.';
COMMENT ON COLUMN contacts.membership_supply.gone_at IS 'When the record was deleted at the source; empty while it is live.';

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'contact_sync_reader') THEN
        GRANT SELECT ON contacts.membership_supply TO contact_sync_reader;
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'contact_sync_writer') THEN
        GRANT SELECT ON contacts.membership_supply TO contact_sync_writer;
    END IF;
END $$;
