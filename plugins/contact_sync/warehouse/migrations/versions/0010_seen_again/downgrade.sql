-- Back to where a configuration had one moment, requests were counted by account, and bulk jobs read the source only.
DELETE FROM sync.bulk_job WHERE part <> '';
ALTER TABLE sync.bulk_job DROP CONSTRAINT bulk_job_pkey;
ALTER TABLE sync.bulk_job DROP COLUMN part;
ALTER TABLE sync.bulk_job ADD PRIMARY KEY (fetch_id, page);
COMMENT ON TABLE sync.bulk_job IS 'Bulk jobs of fetches, one a page of the source; page 0 are the records whose flags no file tells, read by listing.';
COMMENT ON COLUMN sync.bulk_job.page IS 'Page of the source, from 1; 0 for converted and unapproved records.';
DROP INDEX sync.token_request_credentials;
ALTER TABLE sync.token_request DROP COLUMN credentials;
COMMENT ON COLUMN sync.token_request.account IS 'The account.';
ALTER TABLE sync.config_version DROP COLUMN in_force_since;
COMMENT ON COLUMN sync.config_version.registered_at IS 'When a run first saw it: the moment of "changed" in the rules.';
