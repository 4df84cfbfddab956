-- Views in the product's words.
CREATE VIEW contacts.mailable_members AS
SELECT
    list.list_id,
    list.name AS list_name,
    contact.contact_id,
    contact.email,
    contact.first_name,
    contact.last_name,
    contact.fields,
    membership.since
FROM contacts.membership
JOIN contacts.mailing_list AS list USING (list_id)
JOIN contacts.contact USING (contact_id)
WHERE membership.status = 'subscribed'
  AND contact.deleted_at IS NULL
  AND contact.email_key IS NOT NULL
  AND NOT EXISTS (
      SELECT FROM contacts.suppression
      WHERE suppression.lifted_at IS NULL AND suppression.contact_id = contact.contact_id)
  AND NOT EXISTS (
      SELECT FROM contacts.suppression
      WHERE suppression.lifted_at IS NULL AND suppression.email_key = contact.email_key)
  AND NOT EXISTS (
      SELECT FROM contacts.bounce, sync.organisation
      WHERE bounce.email_key = contact.email_key
        AND (bounce.hard_bounced_at IS NOT NULL OR bounce.soft_bounces >= organisation.soft_bounces));
COMMENT ON VIEW contacts.mailable_members IS 'The one view to mail from: subscribed members without any suppression or bounce (OPS-13).';
COMMENT ON COLUMN contacts.mailable_members.list_id IS 'The list.';
COMMENT ON COLUMN contacts.mailable_members.list_name IS 'Its name.';
COMMENT ON COLUMN contacts.mailable_members.contact_id IS 'The person.';
COMMENT ON COLUMN contacts.mailable_members.email IS 'Where to mail to.';
COMMENT ON COLUMN contacts.mailable_members.first_name IS 'First name.';
COMMENT ON COLUMN contacts.mailable_members.last_name IS 'Last name.';
COMMENT ON COLUMN contacts.mailable_members.fields IS 'Further contact fields.';
COMMENT ON COLUMN contacts.mailable_members.since IS 'Subscribed since.';

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
COMMENT ON VIEW sync.import_history IS 'The import history: one row per fetch, skipped and failed ones too (OPS-1).';
COMMENT ON COLUMN sync.import_history.fetch_id IS 'The run.';
COMMENT ON COLUMN sync.import_history.sync_id IS 'The sync.';
COMMENT ON COLUMN sync.import_history.sync_name IS 'Its name for people.';
COMMENT ON COLUMN sync.import_history.list_name IS 'The list it feeds.';
COMMENT ON COLUMN sync.import_history.run_type IS 'scheduled, manual, backfill or asset_triggered.';
COMMENT ON COLUMN sync.import_history.run_id IS 'Airflow run.';
COMMENT ON COLUMN sync.import_history.started_at IS 'Start of its first attempt.';
COMMENT ON COLUMN sync.import_history.finished_at IS 'When it ended.';
COMMENT ON COLUMN sync.import_history.duration_seconds IS 'From start to end, in seconds.';
COMMENT ON COLUMN sync.import_history.status IS 'running, succeeded, partial, degraded, failed, skipped or preview.';
COMMENT ON COLUMN sync.import_history.stage IS 'The stage that last began.';
COMMENT ON COLUMN sync.import_history.reason IS 'Why it failed or was skipped.';
COMMENT ON COLUMN sync.import_history.remedy IS 'What a person can do about it.';
COMMENT ON COLUMN sync.import_history.window_start IS 'First change time read; empty means from the beginning.';
COMMENT ON COLUMN sync.import_history.window_end IS 'Change times from here on were not read.';
COMMENT ON COLUMN sync.import_history.read IS 'Records read: total + out_of_scope.';
COMMENT ON COLUMN sync.import_history.out_of_scope IS 'Read, but not in the scope of the sync.';
COMMENT ON COLUMN sync.import_history.total IS 'In scope: new + re_added + duplicate + ignored.';
COMMENT ON COLUMN sync.import_history.new IS 'Added to the organisation.';
COMMENT ON COLUMN sync.import_history.re_added IS 'Had been deleted, added again.';
COMMENT ON COLUMN sync.import_history.duplicate IS 'Already in the organisation.';
COMMENT ON COLUMN sync.import_history.duplicate_in_list IS '… and in this list.';
COMMENT ON COLUMN sync.import_history.duplicate_other_list IS '… in another list.';
COMMENT ON COLUMN sync.import_history.duplicate_no_list IS '… in no list.';
COMMENT ON COLUMN sync.import_history.changed IS 'Of the duplicates, those with a changed value.';
COMMENT ON COLUMN sync.import_history.ignored IS 'Not added; reasons in ignored_by_reason.';
COMMENT ON COLUMN sync.import_history.deleted IS 'Source deletions applied.';
COMMENT ON COLUMN sync.import_history.joined IS 'Memberships begun.';
COMMENT ON COLUMN sync.import_history.pushed IS 'Leads pushed to Recruit.';
COMMENT ON COLUMN sync.import_history.credits IS 'API credits spent.';
COMMENT ON COLUMN sync.import_history.calls IS 'Calls made to Zoho.';
COMMENT ON COLUMN sync.import_history.config_version IS 'Settings in force.';
COMMENT ON COLUMN sync.import_history.mapping_version IS 'Mapping in force.';
COMMENT ON COLUMN sync.import_history.warnings IS 'What made it degraded.';

CREATE VIEW sync.ignored_by_reason AS
SELECT run.fetch_id, sync.sync_id, counted.outcome, counted.reason, nullif(counted.sub_code, '') AS sub_code, counted.records
FROM sync.fetch_reason AS counted
JOIN sync.fetch AS run USING (fetch_id)
JOIN sync.sync USING (sync_no);
COMMENT ON VIEW sync.ignored_by_reason IS 'How many records of each fetch were ignored or out of scope, by reason.';
COMMENT ON COLUMN sync.ignored_by_reason.fetch_id IS 'The run.';
COMMENT ON COLUMN sync.ignored_by_reason.sync_id IS 'The sync.';
COMMENT ON COLUMN sync.ignored_by_reason.outcome IS 'ignored or out_of_scope.';
COMMENT ON COLUMN sync.ignored_by_reason.reason IS 'The reason.';
COMMENT ON COLUMN sync.ignored_by_reason.sub_code IS 'Finer reason.';
COMMENT ON COLUMN sync.ignored_by_reason.records IS 'How many records.';
