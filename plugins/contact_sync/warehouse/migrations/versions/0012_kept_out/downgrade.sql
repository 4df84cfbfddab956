-- Back to where a suppression was known by address and contact only. With which of them records came is lost.
DROP TABLE sync.suppressed_record;
COMMENT ON COLUMN contacts.suppression.origin IS 'What wrote it: command; unsubscribed (policy unsubscribe_scope); or, carried over from another, address_clash or suppressed_address.';
