-- Purpose:    take the syncs of a Creator report, or of its whole application, until the transaction ends (SRC-7).
-- Parameters: source_no, application (true: every report of its application)
-- Returns:    sync_no, ascending.
SELECT registered.sync_no
FROM sync.sync AS registered
JOIN sync.source USING (source_no)
JOIN sync.source AS gone ON gone.account = source.account
WHERE gone.source_no = :source_no
  AND (
      source.source_no = gone.source_no
      OR CAST(:application AS boolean) AND split_part(source.module, '/', 1) = split_part(gone.module, '/', 1))
ORDER BY registered.sync_no
FOR UPDATE OF registered
