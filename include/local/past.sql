-- The past of the demo's organisation, from the temporary table demo_past (see past.py): people it knew, mailed and lost.
INSERT INTO contacts.mailing_list (name, created_at)
SELECT DISTINCT list_name, now() - interval '90 days'
FROM demo_past
WHERE list_name IS NOT NULL
ON CONFLICT (name) DO NOTHING;

INSERT INTO contacts.contact (email, email_key, first_name, last_name, fields, created_at, updated_at)
SELECT
    btrim(address), lower(btrim(address)), first_name, last_name,
    jsonb_strip_nulls(jsonb_build_object('company', company)),
    now() - interval '90 days', now() - interval '90 days'
FROM demo_past
WHERE role IN ('member', 'alone', 'unsubscribed', 'reader', 'guest')
ORDER BY role, position;

INSERT INTO contacts.membership (list_id, contact_id, status, since, unsubscribed_at)
SELECT
    list.list_id,
    contact.contact_id,
    CASE WHEN past.role = 'unsubscribed' THEN 'unsubscribed' ELSE 'subscribed' END,
    now() - interval '60 days',
    CASE WHEN past.role = 'unsubscribed' THEN now() - interval '60 days' END
FROM demo_past AS past
JOIN contacts.mailing_list AS list ON list.name = past.list_name
JOIN contacts.contact ON contact.email_key = lower(btrim(past.address));

INSERT INTO contacts.bounce (email_key, hard_bounced_at, soft_bounces, last_event_at)
SELECT
    lower(btrim(address)),
    CASE WHEN role = 'hard_bounce' THEN now() - interval '30 days' END,
    CASE WHEN role = 'soft_bounce' THEN 3 ELSE 0 END,
    now() - interval '30 days'
FROM demo_past
WHERE role IN ('hard_bounce', 'soft_bounce');

-- Pressed "this is spam", or left all lists at once: the mailing system tells so.
INSERT INTO contacts.suppression (kind, email_key, origin, reason, created_by, created_at)
SELECT role, lower(btrim(address)), 'mailing system', 'Told by the mailing system', 'mailing system', now() - interval '30 days'
FROM demo_past
WHERE role IN ('complaint', 'unsubscribed_org');

-- Two days ago the readers opened a campaign that was sent to their list: they are who the push brings to Recruit.
INSERT INTO contacts.campaign (external_id, name, kind, subject, sender_name, started_at, completed_at)
VALUES ('demo-autumn', 'Autumn news', 'email_campaign', 'What is new this autumn', 'Zylker Talent', now() - interval '3 days', now() - interval '3 days');

INSERT INTO contacts.campaign_list (campaign_id, list_id)
SELECT campaign.campaign_id, list.list_id
FROM contacts.campaign
JOIN contacts.mailing_list AS list ON list.name = (SELECT DISTINCT list_name FROM demo_past WHERE role = 'reader')
WHERE campaign.external_id = 'demo-autumn';

INSERT INTO contacts.send (campaign_id, contact_id, sent_at)
SELECT campaign.campaign_id, contact.contact_id, now() - interval '3 days'
FROM demo_past AS past
JOIN contacts.contact ON contact.email_key = lower(btrim(past.address))
JOIN contacts.campaign ON campaign.external_id = 'demo-autumn'
WHERE past.role = 'reader';

INSERT INTO contacts.response (campaign_id, contact_id, kind, happened_at, arrived_at)
SELECT send.campaign_id, send.contact_id, response.kind, now() - response.ago, now() - response.ago
FROM contacts.send
JOIN contacts.campaign ON campaign.campaign_id = send.campaign_id AND campaign.external_id = 'demo-autumn'
CROSS JOIN (VALUES ('delivered', interval '3 days'), ('opened', interval '2 days')) AS response (kind, ago);
