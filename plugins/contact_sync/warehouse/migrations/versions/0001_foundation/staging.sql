-- Schema staging: one table of records and one of outcomes per fetch, both copies of the templates made here.
CREATE SCHEMA staging;
COMMENT ON SCHEMA staging IS 'Records between extract and load, a table per fetch; pruned after some days (OPS-11).';

CREATE TABLE staging.batch_template (
    record_no        bigint NOT NULL,
    record_id        text,
    modified_text    text,
    modified_at      timestamptz,
    created_at       timestamptz,
    email_text       text,
    email_key        text,
    address_hash     bytea,
    flaw             text,
    flaw_detail      text,
    suggested_domain text,
    opted_out        boolean NOT NULL,
    converted        boolean NOT NULL,
    approved         boolean NOT NULL,
    by_id            boolean NOT NULL DEFAULT false,
    first_name       text,
    last_name        text,
    fields           jsonb NOT NULL,
    misfits          jsonb,
    required_missing text,
    cleaned          jsonb,
    source           jsonb NOT NULL
);
COMMENT ON TABLE staging.batch_template IS 'Shape of staging.fetch_<id>: the records of one fetch, mapped and cleaned.';
COMMENT ON COLUMN staging.batch_template.record_no IS 'Number within the fetch, as read: 1, 2, …';
COMMENT ON COLUMN staging.batch_template.record_id IS 'Id at the source.';
COMMENT ON COLUMN staging.batch_template.modified_text IS 'Change time as received.';
COMMENT ON COLUMN staging.batch_template.modified_at IS 'Change time.';
COMMENT ON COLUMN staging.batch_template.created_at IS 'Creation time at the source.';
COMMENT ON COLUMN staging.batch_template.email_text IS 'Address as received, cleaned.';
COMMENT ON COLUMN staging.batch_template.email_key IS 'Address as compared (OUT-12).';
COMMENT ON COLUMN staging.batch_template.address_hash IS 'Keyed hash of the address.';
COMMENT ON COLUMN staging.batch_template.flaw IS 'empty_email, invalid_pattern or group_email.';
COMMENT ON COLUMN staging.batch_template.flaw_detail IS 'Finer reason of the flaw.';
COMMENT ON COLUMN staging.batch_template.suggested_domain IS 'What a misspelt domain probably means.';
COMMENT ON COLUMN staging.batch_template.opted_out IS 'Opt-out flag at the source.';
COMMENT ON COLUMN staging.batch_template.converted IS 'Converted at the source.';
COMMENT ON COLUMN staging.batch_template.approved IS 'Approved at the source.';
COMMENT ON COLUMN staging.batch_template.by_id IS 'Fetched by its id because an earlier fetch withheld it; its change time lies before the window (OUT-15).';
COMMENT ON COLUMN staging.batch_template.first_name IS 'First name.';
COMMENT ON COLUMN staging.batch_template.last_name IS 'Last name.';
COMMENT ON COLUMN staging.batch_template.fields IS 'Further contact fields: name to typed value; null clears.';
COMMENT ON COLUMN staging.batch_template.misfits IS 'Values that did not fit their field: raw value and reason (MAP-6).';
COMMENT ON COLUMN staging.batch_template.required_missing IS 'A required field without a valid value.';
COMMENT ON COLUMN staging.batch_template.cleaned IS 'Source fields from which NUL bytes or lone surrogates were removed (OUT-14).';
COMMENT ON COLUMN staging.batch_template.source IS 'Mapped source fields as text.';

CREATE TABLE staging.outcome_template (
    record_no          bigint  NOT NULL,
    record_id          text,
    outcome            text    NOT NULL,
    reason             text,
    sub_code           text,
    evidence           jsonb,
    contact_id         bigint,
    clash_contact_id   bigint,
    applies            boolean NOT NULL,
    takes_address      boolean NOT NULL,
    joins              boolean NOT NULL,
    changed            boolean NOT NULL
);
COMMENT ON TABLE staging.outcome_template IS 'Shape of staging.outcome_<id>: what classify decided for each record of the fetch.';
COMMENT ON COLUMN staging.outcome_template.record_no IS 'The record.';
COMMENT ON COLUMN staging.outcome_template.record_id IS 'Its id at the source.';
COMMENT ON COLUMN staging.outcome_template.outcome IS 'new, re_added, duplicate, ignored or out_of_scope.';
COMMENT ON COLUMN staging.outcome_template.reason IS 'Why.';
COMMENT ON COLUMN staging.outcome_template.sub_code IS 'Finer reason.';
COMMENT ON COLUMN staging.outcome_template.evidence IS 'What proves it.';
COMMENT ON COLUMN staging.outcome_template.contact_id IS 'The contact, for new ones the id that it will get.';
COMMENT ON COLUMN staging.outcome_template.clash_contact_id IS 'The contact that the record was before its address turned out to be another contact''s (OUT-13).';
COMMENT ON COLUMN staging.outcome_template.applies IS 'Whether this record''s values are the ones for the contact: of several records of one contact the latest.';
COMMENT ON COLUMN staging.outcome_template.takes_address IS 'Whether the contact takes this record''s address as its new one.';
COMMENT ON COLUMN staging.outcome_template.joins IS 'Whether the contact joins the list.';
COMMENT ON COLUMN staging.outcome_template.changed IS 'Whether a value of an existing contact changes.';
