-- Back to where events came by hand only. Rows that were set aside are lost; bounces and suppressions stay.
DROP VIEW contacts.person_campaigns, contacts.recipients_by_response, contacts.campaign_response_statistics;
DROP VIEW contacts.member_status, sync.events_set_aside;
DROP TABLE sync.event_set_aside;
ALTER TABLE contacts.bounce DROP COLUMN soft_bounced_at, DROP COLUMN delivered_at;
ALTER TABLE contacts.campaign DROP COLUMN updated_at;
COMMENT ON TABLE contacts.campaign_list IS 'The lists that a campaign was sent to.';
COMMENT ON COLUMN contacts.send.sent_at IS 'When it was sent.';
COMMENT ON COLUMN contacts.bounce.hard_bounced_at IS 'When the address bounced hard; empty if it never did or was delivered to since.';
COMMENT ON COLUMN contacts.bounce.soft_bounces IS 'Soft bounces in a row; any delivery sets it to 0.';
COMMENT ON COLUMN contacts.suppression.origin IS 'What wrote it: command; unsubscribed (policy unsubscribe_scope); or, carried over from another, address_clash, suppressed_address or suppressed_record.';
