-- Bounces and deliveries of one address come in any order, and more than once: the moments decide, not the order of arrival.
ALTER TABLE contacts.bounce
    ADD COLUMN soft_bounced_at timestamptz[] NOT NULL DEFAULT '{}',
    ADD COLUMN delivered_at    timestamptz;
COMMENT ON COLUMN contacts.bounce.hard_bounced_at IS 'When the address last bounced hard; empty if it never did. No later delivery takes it back.';
COMMENT ON COLUMN contacts.bounce.soft_bounces IS 'Soft bounces in a row; a later delivery sets it to 0.';
COMMENT ON COLUMN contacts.bounce.soft_bounced_at IS 'When those soft bounces happened, as far as an import of events told.';
COMMENT ON COLUMN contacts.bounce.delivered_at IS 'The last delivery that an import of events told of: soft bounces before it do not count.';
COMMENT ON COLUMN contacts.suppression.origin IS 'What wrote it: command; events (import of campaigns'' responses); unsubscribed (policy unsubscribe_scope); or, carried over from another, address_clash, suppressed_address or suppressed_record.';
