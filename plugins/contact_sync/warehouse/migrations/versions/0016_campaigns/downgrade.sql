-- Back to pushes of leads only: what Recruit was told of campaigns is forgotten here, not there.
DROP VIEW sync.statuses_by_reason, sync.status_history, sync.campaign_readings, contacts.campaigns_everywhere;
DROP TABLE sync.status_push, sync.campaign_reading, sync.recruit_campaign;
DELETE FROM sync.outbox WHERE kind = 'campaign';
ALTER TABLE sync.outbox DROP COLUMN detail;
