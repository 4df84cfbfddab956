-- A record that came with a suppressed address, and was nobody's: what was suppressed is the person, so it holds for the
-- record with its next address, too, though there is no contact to keep that with.
CREATE TABLE sync.suppressed_record (
    source_no      integer NOT NULL REFERENCES sync.source,
    record_id      text    NOT NULL,
    suppression_id bigint  NOT NULL REFERENCES contacts.suppression,
    first_fetch    bigint  NOT NULL,
    PRIMARY KEY (source_no, record_id, suppression_id)
);
CREATE INDEX suppressed_record_suppression ON sync.suppressed_record (suppression_id);
COMMENT ON TABLE sync.suppressed_record IS 'Records that were kept out with a suppressed address and are no contact''s: the suppression goes with the record to its next address (OUT-11, OUT-13).';
COMMENT ON COLUMN sync.suppressed_record.source_no IS 'The source: account and module.';
COMMENT ON COLUMN sync.suppressed_record.record_id IS 'The id of the record at the source.';
COMMENT ON COLUMN sync.suppressed_record.suppression_id IS 'The suppression; once that is lifted, the record may be taken.';
COMMENT ON COLUMN sync.suppressed_record.first_fetch IS 'The fetch that first saw the record with the suppressed address.';
CREATE TRIGGER note_change BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON sync.suppressed_record FOR EACH STATEMENT EXECUTE FUNCTION sync.note_change();
COMMENT ON COLUMN contacts.suppression.origin IS 'What wrote it: command; unsubscribed (policy unsubscribe_scope); or, carried over from another, address_clash, suppressed_address or suppressed_record.';

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'contact_sync_writer') THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON sync.suppressed_record TO contact_sync_writer;
    END IF;
END $$;
