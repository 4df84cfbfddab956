-- What credentials the syncs of an account ran with, which source each sync reads, and states set by hand.
CREATE TABLE sync.account (
    account     text        PRIMARY KEY,
    fingerprint text        NOT NULL,
    known_since timestamptz NOT NULL
);
COMMENT ON TABLE sync.account IS 'Accounts as runs saw them: another fingerprint makes their syncs inactive (ACC-4).';
COMMENT ON COLUMN sync.account.account IS 'The account: id of its Airflow connection.';
COMMENT ON COLUMN sync.account.fingerprint IS 'Keyed hash of its credentials, after a mark of the key that it was made with.';
COMMENT ON COLUMN sync.account.known_since IS 'When these credentials were first seen.';

ALTER TABLE sync.sync ADD COLUMN source_no integer REFERENCES sync.source;
COMMENT ON COLUMN sync.sync.source_no IS 'The source as last registered; empty if the sync was never registered with one.';
UPDATE sync.sync AS registered SET source_no = (
    SELECT run.source_no FROM sync.fetch AS run WHERE run.sync_no = registered.sync_no ORDER BY run.fetch_id DESC LIMIT 1);

ALTER TABLE sync.sync ADD CONSTRAINT sync_inactive_reason_check CHECK (inactive_reason IN (
    'by_hand', 'completed', 'credentials_changed', 'source_renamed', 'period_over', 'over_limit'));
COMMENT ON COLUMN sync.sync.inactive_reason IS 'Why it is inactive: by_hand, completed, credentials_changed, source_renamed, period_over or over_limit (LIM-1).';

ALTER TABLE sync.act DROP CONSTRAINT act_kind_check;
ALTER TABLE sync.act ADD CONSTRAINT act_kind_check CHECK (kind IN (
    'initiate', 'activate', 'deactivate', 'remove', 'restore', 'revert'));
COMMENT ON COLUMN sync.act.kind IS 'initiate, activate, deactivate, remove, restore or revert.';
