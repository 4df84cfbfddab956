-- Purpose:    find the pairs of a sync that are bound to other choices than those of today, into whichever list it took
--             them (ADV-5, ADV-6).
-- Parameters: sync_no, source_no; opt_out, deleted, unsubscribed: the choices of today
-- Returns:    nothing; fills the transaction's table older_pair.
INSERT INTO older_pair (record_id, list_id, contact_id, opted_out, opt_out, deleted, unsubscribed)
SELECT DISTINCT ON (taken.record_id)
    taken.record_id, taken.list_id, link.contact_id, link.opted_out, taken.opt_out, taken.deleted, taken.unsubscribed
FROM sync.taken_record AS taken
LEFT JOIN contacts.source_link AS link USING (source_no, record_id)
WHERE taken.sync_no = :sync_no
  AND taken.source_no = :source_no
  AND (taken.opt_out, taken.deleted, taken.unsubscribed)
      <> (CAST(:opt_out AS text), CAST(:deleted AS text), CAST(:unsubscribed AS text))
ORDER BY taken.record_id, taken.list_id
