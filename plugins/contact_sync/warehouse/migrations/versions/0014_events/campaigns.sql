-- The file that told of a campaign last may tell how old its row is, so that rows may come in any order (CAMP-1).
ALTER TABLE contacts.campaign ADD COLUMN updated_at timestamptz;
COMMENT ON COLUMN contacts.campaign.updated_at IS 'When the mailer last changed what stands here; empty if it does not tell. Older rows change nothing.';
COMMENT ON TABLE contacts.campaign_list IS 'The lists that a campaign was sent to: every one that a row ever named.';
COMMENT ON COLUMN contacts.send.sent_at IS 'When it was sent; of several times, such as of an autoresponder, the last.';
