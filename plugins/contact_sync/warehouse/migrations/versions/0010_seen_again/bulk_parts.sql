-- Related modules are read by bulk, too, where a listing of them is cut (SRC-12): jobs beside those of the source itself.
ALTER TABLE sync.bulk_job ADD COLUMN part text NOT NULL DEFAULT '';
ALTER TABLE sync.bulk_job DROP CONSTRAINT bulk_job_pkey;
ALTER TABLE sync.bulk_job ADD PRIMARY KEY (fetch_id, part, page);
COMMENT ON TABLE sync.bulk_job IS 'Bulk jobs of fetches, one a page of what they read; page 0 are the records whose flags no file tells, read by listing.';
COMMENT ON COLUMN sync.bulk_job.part IS 'What is read: empty for the source itself, else a related module with its fields, and since when.';
COMMENT ON COLUMN sync.bulk_job.page IS 'Page of it, from 1; 0 for converted and unapproved records.';
