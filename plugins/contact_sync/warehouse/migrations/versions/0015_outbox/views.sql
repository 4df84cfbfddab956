-- The push ledger in words, by reason, and near misses.
CREATE VIEW sync.push_history AS
SELECT
    ledger.push_id,
    ledger.at,
    switch.account,
    switch.module,
    switch.response,
    list.name          AS list_name,
    ledger.contact_id,
    ledger.outcome,
    ledger.reason,
    ledger.detail,
    CASE ledger.outcome
        WHEN 'inserted' THEN 'a new record was made in Recruit'
        WHEN 'updated'  THEN 'the record in Recruit was updated'
        WHEN 'unknown'  THEN 'sent, but no answer came, and Recruit shows no record with the address: looked for again, not sent again'
        ELSE CASE ledger.reason
            WHEN 'imported_from_recruit'     THEN 'a sync of the account brought the person from Recruit'
            WHEN 'missing_mandatory'         THEN 'Recruit needs a field that the person lacks: ' || ledger.detail
            WHEN 'campaign_not_sent_to_list' THEN 'the campaign was not sent to the list of the switch'
            WHEN 'no_activity'               THEN 'the person has done nothing that the switch takes'
            WHEN 'invalid_value'             THEN 'Recruit refused the value of a field: ' || coalesce(ledger.detail, 'it did not say which')
            WHEN 'no_permission_record'      THEN 'the Zoho user may not write this record'
            WHEN 'no_permission_account'     THEN 'the Zoho user may not write the module'
            WHEN 'rejected_by_recruit'       THEN 'Recruit refused the record: ' || coalesce(ledger.detail, 'it did not say why')
            WHEN 'suppressed'                THEN 'the person is suppressed'
            ELSE ledger.reason
        END
    END                AS in_words,
    ledger.status,
    ledger.record_id,
    ledger.others,
    campaign.name      AS campaign_name,
    response.happened_at,
    ledger.fetch_id,
    ledger.push_run_no
FROM sync.push_ledger AS ledger
JOIN sync.push_switch AS switch USING (switch_no)
JOIN contacts.mailing_list AS list USING (list_id)
LEFT JOIN contacts.response AS response ON response.response_id = ledger.response_id
LEFT JOIN contacts.campaign AS campaign ON campaign.campaign_id = response.campaign_id;
COMMENT ON VIEW sync.push_history IS 'The push ledger in words: a row for each person and switch when something first holds or changes (PUSH-4).';
COMMENT ON COLUMN sync.push_history.push_id IS 'Number of the line, rising.';
COMMENT ON COLUMN sync.push_history.at IS 'When.';
COMMENT ON COLUMN sync.push_history.account IS 'The account.';
COMMENT ON COLUMN sync.push_history.module IS 'The module pushed to.';
COMMENT ON COLUMN sync.push_history.response IS 'opened or clicked: which switch.';
COMMENT ON COLUMN sync.push_history.list_name IS 'The list of the switch.';
COMMENT ON COLUMN sync.push_history.contact_id IS 'The person.';
COMMENT ON COLUMN sync.push_history.outcome IS 'inserted, updated, not_pushed or unknown.';
COMMENT ON COLUMN sync.push_history.reason IS 'Why not pushed (PUSH-4).';
COMMENT ON COLUMN sync.push_history.detail IS 'The fields that are missing or refused, or Recruit''s code.';
COMMENT ON COLUMN sync.push_history.in_words IS 'Outcome and reason as a sentence.';
COMMENT ON COLUMN sync.push_history.status IS 'The member status that was written.';
COMMENT ON COLUMN sync.push_history.record_id IS 'Id of the record in Recruit.';
COMMENT ON COLUMN sync.push_history.others IS 'Further records of Recruit with the same address, which were left alone.';
COMMENT ON COLUMN sync.push_history.campaign_name IS 'The campaign that the person responded to.';
COMMENT ON COLUMN sync.push_history.happened_at IS 'When the person did.';
COMMENT ON COLUMN sync.push_history.fetch_id IS 'The fetch whose push task wrote it.';
COMMENT ON COLUMN sync.push_history.push_run_no IS 'The run that wrote it, where no fetch did.';

CREATE VIEW sync.pushes_by_reason AS
SELECT
    switch.switch_no, switch.account, switch.module, switch.response, list.name AS list_name, switch.enabled,
    standing.outcome, standing.reason, standing.detail, count(*) AS people
FROM (
    SELECT DISTINCT ON (switch_no, contact_id) switch_no, contact_id, outcome, reason, detail
    FROM sync.push_ledger
    ORDER BY switch_no, contact_id, push_id DESC
) AS standing
JOIN sync.push_switch AS switch USING (switch_no)
JOIN contacts.mailing_list AS list USING (list_id)
JOIN contacts.membership ON membership.list_id = switch.list_id AND membership.contact_id = standing.contact_id
JOIN contacts.contact ON contact.contact_id = standing.contact_id
WHERE membership.status <> 'removed' AND contact.deleted_at IS NULL
GROUP BY switch.switch_no, list.name, standing.outcome, standing.reason, standing.detail;
COMMENT ON VIEW sync.pushes_by_reason IS 'How the present members of each switch''s list stand by its last word about them (PUSH-4).';
COMMENT ON COLUMN sync.pushes_by_reason.switch_no IS 'The switch.';
COMMENT ON COLUMN sync.pushes_by_reason.account IS 'The account.';
COMMENT ON COLUMN sync.pushes_by_reason.module IS 'The module pushed to.';
COMMENT ON COLUMN sync.pushes_by_reason.response IS 'opened or clicked.';
COMMENT ON COLUMN sync.pushes_by_reason.list_name IS 'The list.';
COMMENT ON COLUMN sync.pushes_by_reason.enabled IS 'Whether the switch was on when last seen.';
COMMENT ON COLUMN sync.pushes_by_reason.outcome IS 'inserted, updated, not_pushed or unknown.';
COMMENT ON COLUMN sync.pushes_by_reason.reason IS 'Why not pushed.';
COMMENT ON COLUMN sync.pushes_by_reason.detail IS 'The fields that are missing or refused, or Recruit''s code.';
COMMENT ON COLUMN sync.pushes_by_reason.people IS 'How many people.';

CREATE VIEW sync.near_misses AS
SELECT
    missed.switch_no, missed.account, missed.module, missed.response, missed.list_name, missed.reason, missed.detail,
    missed.people,
    format('%s would be pushed if %s', missed.people, CASE missed.reason
        WHEN 'missing_mandatory' THEN CASE
            WHEN missed.detail = ANY(switch.mapped) THEN format('they had a value for %s', missed.field)
            ELSE format('%s were mapped', missed.field) END
        WHEN 'invalid_value'             THEN format('their value for %s were valid', missed.field)
        WHEN 'campaign_not_sent_to_list' THEN format('the campaign had been sent to %s', missed.list_name)
        WHEN 'no_permission_account'     THEN format('the Zoho user could write %s', missed.module)
        WHEN 'no_permission_record'      THEN 'the Zoho user could write their records'
        WHEN 'rejected_by_recruit'       THEN format('Recruit did not answer %s', coalesce(missed.detail, 'with a refusal'))
        ELSE 'they were not suppressed'
    END) AS told
FROM (
    SELECT *, coalesce(CASE detail
        WHEN 'Client_Name' THEN 'company name' WHEN 'First_Name' THEN 'first name' WHEN 'Last_Name' THEN 'last name'
        WHEN 'Email' THEN 'e-mail' ELSE detail END, 'one field') AS field
    FROM sync.pushes_by_reason
    -- who lacks several fields is not one step away
    WHERE enabled AND outcome = 'not_pushed' AND reason NOT IN ('no_activity', 'imported_from_recruit')
      AND (reason <> 'missing_mandatory' OR detail NOT LIKE '%,%')
) AS missed
JOIN sync.push_switch AS switch USING (switch_no);
COMMENT ON VIEW sync.near_misses IS 'Who would be pushed if one thing were different, by that thing (PUSH-11).';
COMMENT ON COLUMN sync.near_misses.switch_no IS 'The switch.';
COMMENT ON COLUMN sync.near_misses.account IS 'The account.';
COMMENT ON COLUMN sync.near_misses.module IS 'The module.';
COMMENT ON COLUMN sync.near_misses.response IS 'opened or clicked.';
COMMENT ON COLUMN sync.near_misses.list_name IS 'The list.';
COMMENT ON COLUMN sync.near_misses.reason IS 'Why they are not pushed.';
COMMENT ON COLUMN sync.near_misses.detail IS 'The field, or Recruit''s code.';
COMMENT ON COLUMN sync.near_misses.people IS 'How many people.';
COMMENT ON COLUMN sync.near_misses.told IS 'As a sentence, such as: 412 would be pushed if company name were mapped.';
