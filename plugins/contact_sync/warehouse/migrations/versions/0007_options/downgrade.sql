-- Back to where options were no choice.
DROP VIEW contacts.membership_supply;
DROP VIEW sync.import_history;
CREATE VIEW sync.import_history AS
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
    run.warnings
FROM sync.fetch AS run
JOIN sync.sync USING (sync_no)
JOIN contacts.mailing_list AS list USING (list_id)
JOIN sync.config_version AS version USING (config_version)
LEFT JOIN (
    SELECT fetch_id, sum(cost) AS credits, count(*) AS calls FROM sync.credit GROUP BY fetch_id
) AS spent USING (fetch_id);
DROP TABLE sync.rebound_pair, sync.removal, sync.conversion, staging.removal_template, staging.sighting_template;
ALTER TABLE sync.fetch DROP COLUMN sighted_rows, DROP COLUMN left_for_later, DROP COLUMN removed, DROP COLUMN pending_removals,
    DROP COLUMN asked_by_run, DROP COLUMN asked_until;
ALTER TABLE staging.batch_template DROP COLUMN contact_record_id;
ALTER TABLE contacts.source_link DROP COLUMN gone_at, DROP COLUMN gone_kind, DROP COLUMN opted_out;
ALTER TABLE sync.taken_record DROP COLUMN opt_out, DROP COLUMN deleted, DROP COLUMN unsubscribed, DROP COLUMN gone_at, DROP COLUMN opted_out;
DROP INDEX contacts.membership_unsubscribed;
COMMENT ON COLUMN contacts.suppression.origin IS 'What wrote it: command; or, carried over from another, address_clash or suppressed_address.';
ALTER TABLE sync.taken_record DROP CONSTRAINT taken_record_pkey, ADD PRIMARY KEY (sync_no, source_no, record_id, list_id);
DELETE FROM sync.act WHERE kind NOT IN ('initiate', 'activate', 'deactivate', 'remove', 'restore', 'revert');
ALTER TABLE sync.act DROP CONSTRAINT act_kind_check;
ALTER TABLE sync.act ADD CONSTRAINT act_kind_check CHECK (kind IN (
    'initiate', 'activate', 'deactivate', 'remove', 'restore', 'revert'));
