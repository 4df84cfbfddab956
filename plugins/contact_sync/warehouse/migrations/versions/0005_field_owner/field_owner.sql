-- Who holds a contact field that several syncs supply (MAP-8). A field that one sync alone supplies has no row here.
-- No foreign keys: like the ledger it has a row for each person and field, and checking them would cost more than the row.
CREATE TABLE contacts.field_owner (
    contact_id bigint      NOT NULL,
    target     text        NOT NULL,
    sync_no    integer     NOT NULL,
    changed_at timestamptz,
    fetch_id   bigint      NOT NULL,
    PRIMARY KEY (contact_id, target)
);
COMMENT ON TABLE contacts.field_owner IS 'Which sync holds a contact field that several syncs supply: the highest source_priority, then the latest change (MAP-8).';
COMMENT ON COLUMN contacts.field_owner.contact_id IS 'The contact.';
COMMENT ON COLUMN contacts.field_owner.target IS 'The contact field.';
COMMENT ON COLUMN contacts.field_owner.sync_no IS 'The sync whose value it has. Its priority is that of its configuration in force.';
COMMENT ON COLUMN contacts.field_owner.changed_at IS 'Change time of the record that brought the value; start of the fetch for a value older than the contest.';
COMMENT ON COLUMN contacts.field_owner.fetch_id IS 'The fetch that brought it.';

CREATE TRIGGER note_change BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON contacts.field_owner FOR EACH STATEMENT EXECUTE FUNCTION sync.note_change();

ALTER TABLE staging.outcome_template ADD COLUMN owns text[], ADD COLUMN lost text[], ADD COLUMN unwritten jsonb;
COMMENT ON COLUMN staging.outcome_template.owns IS 'Contested contact fields that the record''s sync holds from now on, or by a later change; empty if there are none (MAP-8).';
COMMENT ON COLUMN staging.outcome_template.lost IS 'Contested contact fields that another sync holds: they keep their values (MAP-8).';
COMMENT ON COLUMN staging.outcome_template.unwritten IS 'Who holds those lost fields of which it was not yet kept who holds them: sync, change time, fetch.';

-- values that lost are raw values too, and are blanked with those that did not fit
DROP INDEX sync.ledger_raw;
CREATE INDEX ledger_raw ON sync.ledger (fetch_started_at) WHERE jsonb_path_exists(evidence, '$.*.*.raw');
COMMENT ON COLUMN sync.ledger.evidence IS 'What proves it: ids of suppression, winner, contact; misfits, and values of fields that another sync holds, with raw value; cleaned fields. Never the address of another person.';
