-- Campaigns of both origins, how they were read, and member statuses in words.
CREATE VIEW contacts.campaigns_everywhere AS
SELECT
    campaign.name, campaign.kind AS type, made.state AS status, campaign.origin, made.account, made.record_id,
    campaign.campaign_id, campaign.external_id, made.detail, campaign.started_at, made.changed_at AS known_at,
    CASE made.state
        WHEN 'answered' THEN 'made in Recruit'
        WHEN 'sending'  THEN 'on its way to Recruit'
        WHEN 'waiting'  THEN 'waits to be made in Recruit'
        WHEN 'unknown'  THEN 'unknown: sent, but no answer came'
        WHEN 'refused'  THEN concat_ws(': ', 'not made in Recruit', made.detail)
        ELSE 'not in Recruit'
    END AS in_words
FROM contacts.campaign
LEFT JOIN sync.outbox AS made ON made.kind = 'campaign' AND made.campaign_id = campaign.campaign_id
UNION ALL
SELECT own.name, own.type, own.status, 'recruit', own.account, own.record_id, NULL, NULL, NULL, NULL,
    own.read_at, own.status
FROM sync.recruit_campaign AS own
WHERE own.gone_at IS NULL
  AND NOT EXISTS (
      SELECT FROM sync.outbox AS made
      WHERE made.kind = 'campaign' AND made.account = own.account AND made.record_id = own.record_id
  );
COMMENT ON VIEW contacts.campaigns_everywhere IS 'Campaigns of both origins (CAMP-2, CAMP-6): those of the mailer, with each account that they were made in, and Recruit''s own.';
COMMENT ON COLUMN contacts.campaigns_everywhere.name IS 'Its name.';
COMMENT ON COLUMN contacts.campaigns_everywhere.type IS 'email_campaign or autoresponder; of Recruit''s own its type there.';
COMMENT ON COLUMN contacts.campaigns_everywhere.status IS 'Of ours: how far it is made in Recruit (answered, sending, unknown, refused), empty if it is not; of Recruit''s own its status there.';
COMMENT ON COLUMN contacts.campaigns_everywhere.origin IS 'here: made in the mailer; recruit: made in Recruit.';
COMMENT ON COLUMN contacts.campaigns_everywhere.account IS 'The account of Recruit; empty if it is in none.';
COMMENT ON COLUMN contacts.campaigns_everywhere.record_id IS 'Id of the record in Recruit; empty if there is none that we know.';
COMMENT ON COLUMN contacts.campaigns_everywhere.campaign_id IS 'The campaign, of those of the mailer.';
COMMENT ON COLUMN contacts.campaigns_everywhere.external_id IS 'The id that the mailer gave it.';
COMMENT ON COLUMN contacts.campaigns_everywhere.detail IS 'Why it could not be made in Recruit.';
COMMENT ON COLUMN contacts.campaigns_everywhere.started_at IS 'When sending began.';
COMMENT ON COLUMN contacts.campaigns_everywhere.in_words IS 'How far ours is made in Recruit, for people; of Recruit''s own its status there.';
COMMENT ON COLUMN contacts.campaigns_everywhere.known_at IS 'When that was last learnt from Recruit.';

CREATE VIEW sync.campaign_readings AS
SELECT
    reading.account, reading.read_at, reading.tried_at, reading.error,
    (SELECT count(*) FROM sync.recruit_campaign AS own WHERE own.account = reading.account AND own.gone_at IS NULL) AS campaigns
FROM sync.campaign_reading AS reading;
COMMENT ON VIEW sync.campaign_readings IS 'When the campaigns of each account were last read, and why they could not be (CAMP-2).';
COMMENT ON COLUMN sync.campaign_readings.account IS 'The account.';
COMMENT ON COLUMN sync.campaign_readings.read_at IS 'When they were last read.';
COMMENT ON COLUMN sync.campaign_readings.tried_at IS 'When that was last tried.';
COMMENT ON COLUMN sync.campaign_readings.error IS 'Why the last try failed; empty if it did not.';
COMMENT ON COLUMN sync.campaign_readings.campaigns IS 'How many there are, those that we made among them.';

CREATE VIEW sync.status_history AS
SELECT
    told.status_push_id, told.at, told.account, told.module, told.field, told.contact_id, told.record_id,
    campaign.name AS campaign_name, told.status, told.outcome, told.detail,
    CASE told.outcome
        WHEN 'sent' THEN CASE WHEN told.field IS NULL
            THEN format('the member status of %s was set to %s', campaign.name, told.status)
            ELSE format('%s was set to %s', told.field, told.status) END
        ELSE format('Recruit refused the status %s: %s', told.status, coalesce(told.detail, 'it did not say why'))
    END AS in_words,
    told.fetch_id, told.push_run_no
FROM sync.status_push AS told
JOIN contacts.campaign USING (campaign_id);
COMMENT ON VIEW sync.status_history IS 'The member statuses that were written to Recruit, in words.';
COMMENT ON COLUMN sync.status_history.status_push_id IS 'Number of the line, rising.';
COMMENT ON COLUMN sync.status_history.at IS 'When.';
COMMENT ON COLUMN sync.status_history.account IS 'The account.';
COMMENT ON COLUMN sync.status_history.module IS 'The module of the record.';
COMMENT ON COLUMN sync.status_history.field IS 'The field that took it; empty for the member''s status in the campaign itself.';
COMMENT ON COLUMN sync.status_history.contact_id IS 'The person.';
COMMENT ON COLUMN sync.status_history.record_id IS 'The record.';
COMMENT ON COLUMN sync.status_history.campaign_name IS 'The campaign whose status it is.';
COMMENT ON COLUMN sync.status_history.status IS 'The status as it was sent.';
COMMENT ON COLUMN sync.status_history.outcome IS 'sent or refused.';
COMMENT ON COLUMN sync.status_history.detail IS 'Recruit''s code.';
COMMENT ON COLUMN sync.status_history.in_words IS 'Outcome as a sentence.';
COMMENT ON COLUMN sync.status_history.fetch_id IS 'The fetch whose push task wrote it.';
COMMENT ON COLUMN sync.status_history.push_run_no IS 'The run that wrote it, where no fetch did.';

CREATE VIEW sync.statuses_by_reason AS
SELECT
    standing.account, standing.module, standing.field, standing.outcome, standing.detail, standing.status,
    count(*) AS records
FROM (
    SELECT DISTINCT ON (account, module, field, record_id, CASE WHEN field IS NULL THEN campaign_id END)
        account, module, field, outcome, detail, status
    FROM sync.status_push
    WHERE record_id IS NOT NULL
    ORDER BY account, module, field, record_id, CASE WHEN field IS NULL THEN campaign_id END, status_push_id DESC
) AS standing
GROUP BY standing.account, standing.module, standing.field, standing.outcome, standing.detail, standing.status;
COMMENT ON VIEW sync.statuses_by_reason IS 'How records stand by the last word about their member status (CAMP-3 to CAMP-5).';
COMMENT ON COLUMN sync.statuses_by_reason.account IS 'The account.';
COMMENT ON COLUMN sync.statuses_by_reason.module IS 'The module.';
COMMENT ON COLUMN sync.statuses_by_reason.field IS 'The field; empty for the members'' status in campaigns.';
COMMENT ON COLUMN sync.statuses_by_reason.outcome IS 'sent or refused.';
COMMENT ON COLUMN sync.statuses_by_reason.detail IS 'Recruit''s code.';
COMMENT ON COLUMN sync.statuses_by_reason.status IS 'The status.';
COMMENT ON COLUMN sync.statuses_by_reason.records IS 'How many records.';
