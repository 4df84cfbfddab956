-- Purpose:    records that the sync once took and that a complete listing of ids lacks (ADV-2, full_id_scan), but for
--             those whose deletion it has dealt with.
-- Parameters: sync_no, source_no, at; reads the transaction's table listed.
-- Returns:    nothing; adds to sighting. One that is known to be gone keeps its time and kind.
INSERT INTO sighting (record_id, gone_at, gone_kind)
SELECT DISTINCT ON (link.record_id) link.record_id, coalesce(link.gone_at, :at), coalesce(link.gone_kind, 'absent')
FROM sync.taken_record AS taken
JOIN contacts.source_link AS link USING (source_no, record_id)
WHERE taken.sync_no = :sync_no
  AND taken.source_no = :source_no
  AND taken.gone_at IS NULL
  AND NOT EXISTS (SELECT FROM listed WHERE listed.record_id = taken.record_id)
