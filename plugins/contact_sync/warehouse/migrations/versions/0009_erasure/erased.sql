-- Who was erased is known again by keyed hashes alone: of every address that they had, and of every source record.
CREATE TABLE sync.erased (
    hash           bytea  NOT NULL,
    suppression_id bigint NOT NULL REFERENCES contacts.suppression,
    kind           text   NOT NULL CHECK (kind IN ('address', 'record')),
    PRIMARY KEY (hash, suppression_id)
);
CREATE INDEX erased_suppression ON sync.erased (suppression_id);
COMMENT ON TABLE sync.erased IS 'By what erased people are known again, whatever address or record they come back with (OPS-6): do_not_mail, erased.';
COMMENT ON COLUMN sync.erased.hash IS 'Keyed hash of an address as compared, or of account, module and id of a source record.';
COMMENT ON COLUMN sync.erased.suppression_id IS 'The suppression of kind erased that it belongs to; once that is lifted, the person may come back.';
COMMENT ON COLUMN sync.erased.kind IS 'address or record.';
CREATE TRIGGER note_change BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON sync.erased FOR EACH STATEMENT EXECUTE FUNCTION sync.note_change();

-- a suppression outlives the address that it was written for, and somebody erased need not have been a contact
ALTER TABLE contacts.suppression ADD COLUMN address_hash bytea;
ALTER TABLE contacts.suppression DROP CONSTRAINT suppression_check;
ALTER TABLE contacts.suppression ADD CONSTRAINT suppression_check CHECK (
    contact_id IS NOT NULL OR email_key IS NOT NULL OR address_hash IS NOT NULL OR kind = 'erased');
CREATE INDEX suppression_hash ON contacts.suppression (address_hash) WHERE address_hash IS NOT NULL;
COMMENT ON COLUMN contacts.suppression.address_hash IS 'Keyed hash of the address that it was written for, once the person is erased; lifting the erasure lifts it too.';

ALTER TABLE sync.act ADD COLUMN detail jsonb;
COMMENT ON COLUMN sync.act.detail IS 'What came of it, in numbers: of an erasure the rows by table.';

ALTER TABLE staging.batch_template ADD COLUMN record_hash bytea, ADD COLUMN erased_by bigint;
COMMENT ON COLUMN staging.batch_template.record_hash IS 'Keyed hash of account, module and id of the record: tells a record of somebody erased.';
COMMENT ON COLUMN staging.batch_template.erased_by IS 'The suppression, if the record is of somebody erased: then everything personal has been taken out of the row.';

-- batches that are there already are looked through by the next erasure, like all others
DO $$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'staging' AND tablename ~ '^fetch_\d+$' LOOP
        EXECUTE format('ALTER TABLE staging.%I ADD COLUMN IF NOT EXISTS record_hash bytea, ADD COLUMN IF NOT EXISTS erased_by bigint', name);
    END LOOP;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'contact_sync_writer') THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON sync.erased TO contact_sync_writer;
    END IF;
END $$;
