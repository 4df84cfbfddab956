-- What else the push ledger tells: an unknown fate, the status that was written, other records of one address.
ALTER TABLE sync.push_ledger DROP CONSTRAINT push_ledger_outcome_check;
ALTER TABLE sync.push_ledger ADD CONSTRAINT push_ledger_outcome_check
    CHECK (outcome IN ('inserted', 'updated', 'not_pushed', 'unknown'));
ALTER TABLE sync.push_ledger
    ADD COLUMN status text,
    ADD COLUMN status_field text,
    ADD COLUMN others text[],
    ADD COLUMN push_run_no bigint REFERENCES sync.push_run;
CREATE INDEX push_ledger_contact ON sync.push_ledger (contact_id);
COMMENT ON COLUMN sync.push_ledger.outcome IS 'inserted, updated, not_pushed, or unknown: it was sent, no answer came, and no record with the key is found; it is looked for again by each push.';
COMMENT ON COLUMN sync.push_ledger.detail IS 'The fields that are missing or refused, or Recruit''s code.';
COMMENT ON COLUMN sync.push_ledger.status IS 'The member status that was written; empty if none was, so that a status never goes back (PUSH-1).';
COMMENT ON COLUMN sync.push_ledger.status_field IS 'The field of Recruit that took it.';
COMMENT ON COLUMN sync.push_ledger.others IS 'Ids of further records with the same address, which were left alone (PUSH-5).';
COMMENT ON COLUMN sync.push_ledger.push_run_no IS 'The run that wrote it, where no fetch did.';

ALTER TABLE sync.push_switch ADD COLUMN mapped text[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN sync.push_switch.mapped IS 'Fields of Recruit that the configuration fills, when last seen: tells a field that nobody mapped from one that somebody lacks (PUSH-11).';
