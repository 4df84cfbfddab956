-- Which conditions a record did not meet, and how a source was read and narrowed (CRIT-5, SRC-12).
ALTER TABLE staging.batch_template ADD COLUMN unmet integer[];
COMMENT ON COLUMN staging.batch_template.unmet IS 'Conditions that do not hold, if the pattern does not (SRC-4); empty for a record in scope.';

ALTER TABLE sync.fetch
    ADD COLUMN read_by         text CHECK (read_by IN ('listing', 'search', 'bulk', 'report')),
    ADD COLUMN conditions_sent integer[],
    ADD COLUMN rows_returned   bigint,
    ADD COLUMN rows_kept       bigint,
    ADD COLUMN rows_contradicting bigint,
    ADD COLUMN told_mapping    jsonb NOT NULL DEFAULT '[]';
COMMENT ON COLUMN sync.fetch.read_by IS 'How the source was read: listing, search, bulk or report.';
COMMENT ON COLUMN sync.fetch.conditions_sent IS 'Numbers of the conditions that were sent to the source; empty if none was (CRIT-5).';
COMMENT ON COLUMN sync.fetch.rows_returned IS 'Records that the source returned.';
COMMENT ON COLUMN sync.fetch.rows_kept IS 'Those of them for which the whole pattern holds; the same without criteria.';
COMMENT ON COLUMN sync.fetch.rows_contradicting IS 'Returned records that contradict a condition that was sent (CRIT-5).';
COMMENT ON COLUMN sync.fetch.told_mapping IS 'Lines of the mapping that the source''s own fields told, where the file names none (MAP-1).';
