-- What bound pairs before somebody applied the options of today to them, so that it can be taken back (ADV-6).
CREATE TABLE sync.rebound_pair (
    sync_no      integer NOT NULL,
    source_no    integer NOT NULL,
    record_id    text    NOT NULL,
    list_id      integer NOT NULL,
    act_id       bigint  NOT NULL REFERENCES sync.act,
    opt_out      text    NOT NULL,
    deleted      text    NOT NULL,
    unsubscribed text    NOT NULL,
    PRIMARY KEY (sync_no, source_no, record_id, list_id, act_id),
    -- a pair that is forgotten, as an erasure does, is forgotten here too
    FOREIGN KEY (sync_no, source_no, record_id, list_id) REFERENCES sync.taken_record (sync_no, source_no, record_id, list_id)
        ON UPDATE CASCADE ON DELETE CASCADE
);
CREATE INDEX rebound_pair_act ON sync.rebound_pair (act_id);
COMMENT ON TABLE sync.rebound_pair IS 'Pairs that an act bound to the options of that day, with the choices that had bound them before (ADV-6).';
COMMENT ON COLUMN sync.rebound_pair.sync_no IS 'The sync.';
COMMENT ON COLUMN sync.rebound_pair.source_no IS 'The source of the record.';
COMMENT ON COLUMN sync.rebound_pair.record_id IS 'The record.';
COMMENT ON COLUMN sync.rebound_pair.list_id IS 'The list that the pair supplies.';
COMMENT ON COLUMN sync.rebound_pair.act_id IS 'The act: options applied by hand.';
COMMENT ON COLUMN sync.rebound_pair.opt_out IS 'The choice for people who opted out that bound the pair before.';
COMMENT ON COLUMN sync.rebound_pair.deleted IS 'The same for records deleted at the source.';
COMMENT ON COLUMN sync.rebound_pair.unsubscribed IS 'The same for people who unsubscribed from the list.';

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'contact_sync_writer') THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON sync.rebound_pair TO contact_sync_writer;
    END IF;
END $$;
