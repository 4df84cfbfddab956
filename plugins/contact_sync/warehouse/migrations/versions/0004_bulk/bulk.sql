-- The bulk jobs of a fetch, a page each, and how far their rows are staged (design: data flow, SRC-12).
CREATE TABLE sync.bulk_job (
    fetch_id        bigint      NOT NULL REFERENCES sync.fetch ON DELETE CASCADE,
    page            integer     NOT NULL CHECK (page >= 0),
    intent_at       timestamptz NOT NULL,
    orphans         integer     NOT NULL DEFAULT 0,
    job_id          text,
    state           text        NOT NULL,
    created_at      timestamptz,
    polls           integer     NOT NULL DEFAULT 0,
    asked_at        timestamptz,
    count           bigint,
    more_records    boolean,
    first_record_no bigint,
    returned        bigint,
    kept            bigint,
    outside         bigint,
    staged_at       timestamptz,
    PRIMARY KEY (fetch_id, page),
    CHECK ((job_id IS NULL) = (created_at IS NULL))
);
COMMENT ON TABLE sync.bulk_job IS 'Bulk jobs of fetches, one a page of the source; page 0 are the records whose flags no file tells, read by listing.';
COMMENT ON COLUMN sync.bulk_job.fetch_id IS 'The fetch.';
COMMENT ON COLUMN sync.bulk_job.page IS 'Page of the source, from 1; 0 for converted and unapproved records.';
COMMENT ON COLUMN sync.bulk_job.intent_at IS 'When it was decided to make the job; written before the job is made.';
COMMENT ON COLUMN sync.bulk_job.orphans IS 'Attempts to make it that ended before its id was written: each may have left a job behind that nobody reads; it cost credits, no more.';
COMMENT ON COLUMN sync.bulk_job.job_id IS 'Id at Zoho; empty while nobody knows whether the job was made.';
COMMENT ON COLUMN sync.bulk_job.state IS 'INTENDED, then as Zoho last told: ADDED, IN PROGRESS, COMPLETED; LISTED for page 0.';
COMMENT ON COLUMN sync.bulk_job.created_at IS 'The clock of the source when the job was made.';
COMMENT ON COLUMN sync.bulk_job.polls IS 'How often Zoho was asked how far it is.';
COMMENT ON COLUMN sync.bulk_job.asked_at IS 'When Zoho was last asked.';
COMMENT ON COLUMN sync.bulk_job.count IS 'Rows of its file, as Zoho says.';
COMMENT ON COLUMN sync.bulk_job.more_records IS 'Whether another page follows, as Zoho says.';
COMMENT ON COLUMN sync.bulk_job.first_record_no IS 'record_no of its first row in staging; set when staging begins.';
COMMENT ON COLUMN sync.bulk_job.returned IS 'Rows taken from it; those of page 0 are not taken a second time.';
COMMENT ON COLUMN sync.bulk_job.kept IS 'Those of them for which the whole pattern holds; the same without criteria.';
COMMENT ON COLUMN sync.bulk_job.outside IS 'Those of them whose change time lies outside the window.';
COMMENT ON COLUMN sync.bulk_job.staged_at IS 'When all of its rows were staged.';
