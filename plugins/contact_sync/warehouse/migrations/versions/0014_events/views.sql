-- Views over campaigns, sends and responses in the product's words (CAMP-6 to CAMP-8).
CREATE VIEW contacts.member_status AS
SELECT
    recipient.campaign_id,
    recipient.contact_id,
    CASE
        WHEN recipient.complained   THEN 'complaint'
        WHEN recipient.unsubscribed THEN 'unsubscribed'
        WHEN recipient.bounced      THEN 'bounced'
        WHEN recipient.clicked      THEN 'clicked'
        WHEN recipient.opened       THEN 'opened'
        ELSE 'unopened'
    END                                              AS status,
    recipient.sent_at,
    NOT recipient.bounced                            AS delivered,
    NOT recipient.bounced AND (recipient.opened OR recipient.clicked) AS opened,
    NOT recipient.bounced AND NOT (recipient.opened OR recipient.clicked) AS unopened,
    NOT recipient.bounced AND recipient.clicked      AS clicked,
    recipient.bounced,
    recipient.unsubscribed,
    recipient.complained                             AS complaint,
    recipient.last_response_at,
    recipient.last_arrived_at
FROM (
    SELECT
        campaign_id,
        contact_id,
        max(told.sent_at)                            AS sent_at,
        coalesce(bool_or(told.kind = 'opened'), false)       AS opened,
        coalesce(bool_or(told.kind = 'clicked'), false)      AS clicked,
        coalesce(bool_or(told.kind = 'bounced'), false)      AS bounced,
        coalesce(bool_or(told.kind = 'unsubscribed'), false) AS unsubscribed,
        coalesce(bool_or(told.kind = 'complaint'), false)    AS complained,
        max(told.happened_at)                        AS last_response_at,
        max(told.arrived_at)                         AS last_arrived_at
    FROM (
        SELECT campaign_id, contact_id, sent_at, NULL::text AS kind, NULL::timestamptz AS happened_at, NULL::timestamptz AS arrived_at
        FROM contacts.send
        UNION ALL
        SELECT campaign_id, contact_id, NULL, kind, happened_at, arrived_at
        FROM contacts.response
    ) AS told
    GROUP BY campaign_id, contact_id
) AS recipient;
COMMENT ON VIEW contacts.member_status IS 'One row per campaign and recipient: the one response that stands for the person (CAMP-8), and which responses hold. A recipient is whom a send names, and whoever responded though no send was told. By CAMP-7 delivered means sent and not bounced, and unopened delivered and not opened; so a member who is delivered to is opened or unopened, and delivered, the lowest status, never stands alone.';
COMMENT ON COLUMN contacts.member_status.campaign_id IS 'The campaign.';
COMMENT ON COLUMN contacts.member_status.contact_id IS 'The recipient.';
COMMENT ON COLUMN contacts.member_status.status IS 'The member status: the highest of complaint, unsubscribed, bounced, clicked, opened and unopened that holds.';
COMMENT ON COLUMN contacts.member_status.sent_at IS 'When it was sent, the last time; empty if no send was told.';
COMMENT ON COLUMN contacts.member_status.delivered IS 'Sent and not bounced.';
COMMENT ON COLUMN contacts.member_status.opened IS 'Delivered, and opened or clicked: a click without a recorded open counts as opened too.';
COMMENT ON COLUMN contacts.member_status.unopened IS 'Delivered and not opened.';
COMMENT ON COLUMN contacts.member_status.clicked IS 'Delivered and clicked.';
COMMENT ON COLUMN contacts.member_status.bounced IS 'Bounced, hard or soft.';
COMMENT ON COLUMN contacts.member_status.unsubscribed IS 'Unsubscribed by it.';
COMMENT ON COLUMN contacts.member_status.complaint IS 'Complained about it.';
COMMENT ON COLUMN contacts.member_status.last_response_at IS 'When the last response happened; empty without one.';
COMMENT ON COLUMN contacts.member_status.last_arrived_at IS 'When the warehouse last learned of one.';

CREATE VIEW contacts.campaign_response_statistics AS
SELECT
    campaign.campaign_id,
    campaign.external_id,
    campaign.name,
    campaign.kind,
    campaign.origin,
    campaign.subject,
    campaign.sender_name,
    campaign.started_at,
    campaign.completed_at,
    named.lists,
    coalesce(counted.sent, 0)         AS sent,
    coalesce(counted.delivered, 0)    AS delivered,
    coalesce(counted.bounced, 0)      AS bounced,
    coalesce(counted.opened, 0)       AS opened,
    coalesce(counted.unopened, 0)     AS unopened,
    coalesce(counted.clicked, 0)      AS clicked,
    coalesce(counted.unsubscribed, 0) AS unsubscribed,
    coalesce(counted.complaints, 0)   AS complaints
FROM contacts.campaign
LEFT JOIN (
    SELECT
        campaign_id,
        count(*)                             AS sent,
        count(*) FILTER (WHERE delivered)    AS delivered,
        count(*) FILTER (WHERE bounced)      AS bounced,
        count(*) FILTER (WHERE opened)       AS opened,
        count(*) FILTER (WHERE unopened)     AS unopened,
        count(*) FILTER (WHERE clicked)      AS clicked,
        count(*) FILTER (WHERE unsubscribed) AS unsubscribed,
        count(*) FILTER (WHERE complaint)    AS complaints
    FROM contacts.member_status
    GROUP BY campaign_id
) AS counted USING (campaign_id)
LEFT JOIN (
    SELECT mailed.campaign_id, array_agg(list.name ORDER BY list.name) AS lists
    FROM contacts.campaign_list AS mailed
    JOIN contacts.mailing_list AS list USING (list_id)
    GROUP BY mailed.campaign_id
) AS named USING (campaign_id);
COMMENT ON VIEW contacts.campaign_response_statistics IS 'Per campaign how many recipients did what, each counted once (CAMP-6, CAMP-7): sent = delivered + bounced, delivered = opened + unopened.';
COMMENT ON COLUMN contacts.campaign_response_statistics.campaign_id IS 'The campaign.';
COMMENT ON COLUMN contacts.campaign_response_statistics.external_id IS 'The id that the mailer gave it.';
COMMENT ON COLUMN contacts.campaign_response_statistics.name IS 'Its name.';
COMMENT ON COLUMN contacts.campaign_response_statistics.kind IS 'email_campaign or autoresponder.';
COMMENT ON COLUMN contacts.campaign_response_statistics.origin IS 'Where it was made: here, or in Recruit.';
COMMENT ON COLUMN contacts.campaign_response_statistics.subject IS 'Subject of the mail.';
COMMENT ON COLUMN contacts.campaign_response_statistics.sender_name IS 'Name of the sender.';
COMMENT ON COLUMN contacts.campaign_response_statistics.started_at IS 'When sending began.';
COMMENT ON COLUMN contacts.campaign_response_statistics.completed_at IS 'When sending ended.';
COMMENT ON COLUMN contacts.campaign_response_statistics.lists IS 'The lists it was sent to; empty if none was told.';
COMMENT ON COLUMN contacts.campaign_response_statistics.sent IS 'Recipients.';
COMMENT ON COLUMN contacts.campaign_response_statistics.delivered IS 'Sent and not bounced.';
COMMENT ON COLUMN contacts.campaign_response_statistics.bounced IS 'Bounced, hard or soft.';
COMMENT ON COLUMN contacts.campaign_response_statistics.opened IS 'Delivered, and opened or clicked.';
COMMENT ON COLUMN contacts.campaign_response_statistics.unopened IS 'Delivered and not opened.';
COMMENT ON COLUMN contacts.campaign_response_statistics.clicked IS 'Delivered and clicked.';
COMMENT ON COLUMN contacts.campaign_response_statistics.unsubscribed IS 'Unsubscribed by it.';
COMMENT ON COLUMN contacts.campaign_response_statistics.complaints IS 'Complained about it.';

CREATE VIEW contacts.recipients_by_response AS
SELECT
    campaign.campaign_id,
    campaign.external_id,
    campaign.name            AS campaign,
    campaign.origin,
    member.contact_id,
    person.email,
    person.first_name,
    person.last_name,
    member.status,
    member.delivered,
    member.opened,
    member.unopened,
    member.clicked,
    member.bounced,
    member.unsubscribed,
    member.complaint,
    member.sent_at,
    member.last_response_at,
    EXISTS (
        SELECT FROM contacts.source_link AS link JOIN sync.source USING (source_no)
        WHERE link.contact_id = member.contact_id AND source.module = 'Candidates'
    ) AS is_candidate,
    EXISTS (
        SELECT FROM contacts.source_link AS link JOIN sync.source USING (source_no)
        WHERE link.contact_id = member.contact_id AND source.module = 'Contacts'
    ) AS is_contact
FROM contacts.member_status AS member
JOIN contacts.campaign USING (campaign_id)
JOIN contacts.contact AS person USING (contact_id);
COMMENT ON VIEW contacts.recipients_by_response IS 'Recipients of each campaign with what they did, to be filtered by response, and by having a Candidates or Contacts record (CAMP-6).';
COMMENT ON COLUMN contacts.recipients_by_response.campaign_id IS 'The campaign.';
COMMENT ON COLUMN contacts.recipients_by_response.external_id IS 'The id that the mailer gave it.';
COMMENT ON COLUMN contacts.recipients_by_response.campaign IS 'Its name.';
COMMENT ON COLUMN contacts.recipients_by_response.origin IS 'Where it was made: here, or in Recruit.';
COMMENT ON COLUMN contacts.recipients_by_response.contact_id IS 'The recipient.';
COMMENT ON COLUMN contacts.recipients_by_response.email IS 'Present address.';
COMMENT ON COLUMN contacts.recipients_by_response.first_name IS 'First name.';
COMMENT ON COLUMN contacts.recipients_by_response.last_name IS 'Last name.';
COMMENT ON COLUMN contacts.recipients_by_response.status IS 'The member status (CAMP-8).';
COMMENT ON COLUMN contacts.recipients_by_response.delivered IS 'Sent and not bounced.';
COMMENT ON COLUMN contacts.recipients_by_response.opened IS 'Delivered, and opened or clicked.';
COMMENT ON COLUMN contacts.recipients_by_response.unopened IS 'Delivered and not opened.';
COMMENT ON COLUMN contacts.recipients_by_response.clicked IS 'Delivered and clicked.';
COMMENT ON COLUMN contacts.recipients_by_response.bounced IS 'Bounced, hard or soft.';
COMMENT ON COLUMN contacts.recipients_by_response.unsubscribed IS 'Unsubscribed by it.';
COMMENT ON COLUMN contacts.recipients_by_response.complaint IS 'Complained about it.';
COMMENT ON COLUMN contacts.recipients_by_response.sent_at IS 'When it was sent, the last time; empty if no send was told.';
COMMENT ON COLUMN contacts.recipients_by_response.last_response_at IS 'When the last response happened; empty without one.';
COMMENT ON COLUMN contacts.recipients_by_response.is_candidate IS 'Whether a record of Candidates, of any account, is this person.';
COMMENT ON COLUMN contacts.recipients_by_response.is_contact IS 'Whether a record of Contacts, of any account, is this person.';

CREATE VIEW contacts.person_campaigns AS
SELECT
    member.contact_id,
    person.email,
    campaign.campaign_id,
    campaign.external_id,
    campaign.name AS campaign,
    campaign.kind,
    campaign.origin,
    member.status,
    member.sent_at,
    done.responses,
    member.last_response_at
FROM contacts.member_status AS member
JOIN contacts.contact AS person USING (contact_id)
JOIN contacts.campaign USING (campaign_id)
LEFT JOIN (
    SELECT
        campaign_id, contact_id,
        jsonb_agg(jsonb_build_object('response', kind, 'happened_at', happened_at) ORDER BY happened_at, kind) AS responses
    FROM contacts.response
    GROUP BY campaign_id, contact_id
) AS done USING (campaign_id, contact_id);
COMMENT ON VIEW contacts.person_campaigns IS 'Per person the campaigns they received and what they did with each (CAMP-6).';
COMMENT ON COLUMN contacts.person_campaigns.contact_id IS 'The person.';
COMMENT ON COLUMN contacts.person_campaigns.email IS 'Present address.';
COMMENT ON COLUMN contacts.person_campaigns.campaign_id IS 'The campaign.';
COMMENT ON COLUMN contacts.person_campaigns.external_id IS 'The id that the mailer gave it.';
COMMENT ON COLUMN contacts.person_campaigns.campaign IS 'Its name.';
COMMENT ON COLUMN contacts.person_campaigns.kind IS 'email_campaign or autoresponder.';
COMMENT ON COLUMN contacts.person_campaigns.origin IS 'Where it was made: here, or in Recruit.';
COMMENT ON COLUMN contacts.person_campaigns.status IS 'The member status (CAMP-8).';
COMMENT ON COLUMN contacts.person_campaigns.sent_at IS 'When it was sent, the last time; empty if no send was told.';
COMMENT ON COLUMN contacts.person_campaigns.responses IS 'Every response with its moment, in their order; empty without one.';
COMMENT ON COLUMN contacts.person_campaigns.last_response_at IS 'When the last response happened; empty without one.';

CREATE VIEW sync.events_set_aside AS
SELECT
    kind,
    reason,
    reason IN ('unknown_campaign', 'unknown_contact') AS waits,
    count(*)                                          AS rows,
    min(first_seen_at)                                AS since,
    max(last_seen_at)                                 AS last_seen_at
FROM sync.event_set_aside
GROUP BY kind, reason;
COMMENT ON VIEW sync.events_set_aside IS 'How many rows of event files are set aside, by reason (CAMP-1).';
COMMENT ON COLUMN sync.events_set_aside.kind IS 'campaign, send or response; unknown if not even that could be read.';
COMMENT ON COLUMN sync.events_set_aside.reason IS 'Why.';
COMMENT ON COLUMN sync.events_set_aside.waits IS 'Whether they are written by themselves once their campaign and person are there; the others have to be mended.';
COMMENT ON COLUMN sync.events_set_aside.rows IS 'How many.';
COMMENT ON COLUMN sync.events_set_aside.since IS 'When the first of them was set aside.';
COMMENT ON COLUMN sync.events_set_aside.last_seen_at IS 'When one was last read.';
