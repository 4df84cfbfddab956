-- Options bind to the (sync, record) pair: the choices in force when the sync first took the record (ADV-5).
ALTER TABLE sync.taken_record
    ADD COLUMN opt_out      text NOT NULL DEFAULT 'dont_exclude' CHECK (opt_out IN ('dont_exclude', 'remove_from_list', 'remove_from_org')),
    ADD COLUMN deleted      text NOT NULL DEFAULT 'keep' CHECK (deleted IN ('keep', 'remove_from_list', 'remove_from_org')),
    ADD COLUMN unsubscribed text NOT NULL DEFAULT 'keep' CHECK (unsubscribed IN ('keep', 'remove_from_list', 'remove_from_org')),
    ADD COLUMN gone_at      timestamptz,
    ADD COLUMN opted_out    boolean NOT NULL DEFAULT false;
-- The record first: the key also tells who else supplies a record, and costs no second index.
ALTER TABLE sync.taken_record DROP CONSTRAINT taken_record_pkey, ADD PRIMARY KEY (source_no, record_id, sync_no, list_id);
-- Few pairs are bound to anything: whether a sync has any must not cost a look at all it ever took.
CREATE INDEX taken_record_bound ON sync.taken_record (sync_no, source_no)
    WHERE opt_out <> 'dont_exclude' OR deleted <> 'keep' OR unsubscribed <> 'keep';
CREATE INDEX taken_record_gone ON sync.taken_record (sync_no, source_no, record_id) WHERE gone_at IS NOT NULL;
CREATE INDEX taken_record_opted_out ON sync.taken_record (sync_no, source_no, record_id) WHERE opted_out;
COMMENT ON COLUMN sync.taken_record.opt_out IS 'Choice for people who opted out that binds the pair: the one in force when it was taken, or since applied by hand (ADV-1, ADV-5, ADV-6).';
COMMENT ON COLUMN sync.taken_record.deleted IS 'The same for records deleted at the source (ADV-2).';
COMMENT ON COLUMN sync.taken_record.unsubscribed IS 'The same for people who unsubscribed from the list (ADV-3).';
COMMENT ON COLUMN sync.taken_record.gone_at IS 'The deletion of the record that this sync has dealt with; empty while it is live.';
COMMENT ON COLUMN sync.taken_record.opted_out IS 'Whether this sync has dealt with the opt-out flag of the record; false while it has none.';

-- Few people have unsubscribed from a list: they are found at once, whatever its size (ADV-3).
CREATE INDEX membership_unsubscribed ON contacts.membership (list_id, contact_id) WHERE unsubscribed_at IS NOT NULL;

-- What the source told of a record beside its fields. A record that comes back, or is fetched again, loses the marks.
ALTER TABLE contacts.source_link
    ADD COLUMN gone_at   timestamptz,
    ADD COLUMN gone_kind text CHECK (gone_kind IN ('recycle', 'permanent', 'absent')),
    ADD COLUMN opted_out boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT source_link_gone_check CHECK ((gone_at IS NULL) = (gone_kind IS NULL));
CREATE INDEX source_link_marked ON contacts.source_link (source_no, record_id) WHERE opted_out OR gone_at IS NOT NULL;
COMMENT ON COLUMN contacts.source_link.gone_at IS 'When the record was deleted at the source; empty while it is live (ADV-2).';
COMMENT ON COLUMN contacts.source_link.gone_kind IS 'How: into the recycle bin, permanent, or absent from a complete listing of ids.';
COMMENT ON COLUMN contacts.source_link.opted_out IS 'Whether the record had the opt-out flag when it was last seen (ADV-1).';

-- Conversions of candidates: a person converts once per account (ADV-4).
CREATE TABLE sync.conversion (
    source_no         integer     NOT NULL REFERENCES sync.source,
    record_id         text        NOT NULL,
    sync_no           integer     NOT NULL REFERENCES sync.sync,
    account           text        NOT NULL,
    manner            text        NOT NULL CHECK (manner IN ('ignore_everywhere', 'exclude_from_list')),
    contact_record_id text,
    address_hash      bytea,
    contact_id        bigint,
    list_id           integer     NOT NULL REFERENCES contacts.mailing_list,
    fetch_id          bigint      NOT NULL,
    seen_at           timestamptz NOT NULL,
    PRIMARY KEY (source_no, record_id, sync_no, list_id)
);
CREATE INDEX conversion_address ON sync.conversion (account, address_hash);
CREATE INDEX conversion_record ON sync.conversion (account, contact_record_id);
CREATE INDEX conversion_contact ON sync.conversion (contact_id);
COMMENT ON TABLE sync.conversion IS 'Candidates that fetches saw converted, one row for each sync that saw them, and the list that it fed (ADV-4).';
COMMENT ON COLUMN sync.conversion.source_no IS 'The source of the candidate.';
COMMENT ON COLUMN sync.conversion.record_id IS 'The candidate.';
COMMENT ON COLUMN sync.conversion.sync_no IS 'The sync that saw it.';
COMMENT ON COLUMN sync.conversion.account IS 'The account: no sync of it brings the person into a new list, unless a sync with exclude_from_list recorded them.';
COMMENT ON COLUMN sync.conversion.manner IS 'The choice of the sync at its last fetch: ignore_everywhere, or exclude_from_list.';
COMMENT ON COLUMN sync.conversion.contact_record_id IS 'Id of the Contact that the candidate became, if the source tells it.';
COMMENT ON COLUMN sync.conversion.address_hash IS 'Keyed hash of the candidate''s address: tells the person where the source names no Contact.';
COMMENT ON COLUMN sync.conversion.contact_id IS 'The person, if the organisation knew them; no reference, like the ledger.';
COMMENT ON COLUMN sync.conversion.list_id IS 'The list of the sync: exclude_from_list blocks it alone.';
COMMENT ON COLUMN sync.conversion.fetch_id IS 'The fetch that saw it first.';
COMMENT ON COLUMN sync.conversion.seen_at IS 'When that fetch began: from then on.';
CREATE TRIGGER note_change BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON sync.conversion FOR EACH STATEMENT EXECUTE FUNCTION sync.note_change();

-- Records seen beside the batch: deleted ones, and opt-outs and conversions of records out of scope (ADV-2, ADV-7).
CREATE TABLE staging.sighting_template (
    record_id         text NOT NULL,
    modified_at       timestamptz,
    opted_out         boolean NOT NULL DEFAULT false,
    converted         boolean NOT NULL DEFAULT false,
    contact_record_id text,
    gone_at           timestamptz,
    gone_kind         text
);
COMMENT ON TABLE staging.sighting_template IS 'Shape of staging.sighting_<id>: what a fetch saw of records beside its batch.';
COMMENT ON COLUMN staging.sighting_template.record_id IS 'The record.';
COMMENT ON COLUMN staging.sighting_template.modified_at IS 'Its change time; empty for a deleted one.';
COMMENT ON COLUMN staging.sighting_template.opted_out IS 'Whether it has the opt-out flag.';
COMMENT ON COLUMN staging.sighting_template.converted IS 'Whether it is converted.';
COMMENT ON COLUMN staging.sighting_template.contact_record_id IS 'Id of the Contact that it became, if told.';
COMMENT ON COLUMN staging.sighting_template.gone_at IS 'When it was deleted; the start of the fetch for one that a complete listing lacks.';
COMMENT ON COLUMN staging.sighting_template.gone_kind IS 'recycle, permanent or absent; empty for a live record.';

ALTER TABLE staging.batch_template ADD COLUMN contact_record_id text;
COMMENT ON COLUMN staging.batch_template.contact_record_id IS 'Id of the Contact that a converted candidate became, if the source tells it (ADV-4).';
