-- Back to pushes without an outbox. What was sent and never answered is forgotten.
DROP VIEW sync.near_misses;
DROP VIEW sync.pushes_by_reason;
DROP VIEW sync.push_history;
ALTER TABLE sync.push_switch DROP COLUMN mapped;
DELETE FROM sync.push_ledger WHERE outcome = 'unknown';
DROP INDEX sync.push_ledger_contact;
ALTER TABLE sync.push_ledger DROP COLUMN status, DROP COLUMN status_field, DROP COLUMN others, DROP COLUMN push_run_no;
ALTER TABLE sync.push_ledger DROP CONSTRAINT push_ledger_outcome_check;
ALTER TABLE sync.push_ledger ADD CONSTRAINT push_ledger_outcome_check
    CHECK (outcome IN ('inserted', 'updated', 'not_pushed'));
COMMENT ON COLUMN sync.push_ledger.outcome IS 'inserted, updated or not_pushed.';
COMMENT ON COLUMN sync.push_ledger.detail IS 'The field that is missing, or Recruit''s code.';
DROP TABLE sync.outbox;
DROP TABLE sync.push_run;
