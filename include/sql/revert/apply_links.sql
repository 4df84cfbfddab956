-- Purpose:    let the records of those whose address is taken back hold what they held before, so that the same address
--             is a changed one again when the record is next fetched (OUT-13); it goes on to name them.
-- Parameters: fetch_id; reads the transaction's table reverting.
-- Returns:    nothing; rows affected are links.
UPDATE contacts.source_link AS link
SET email_key   = held.email_key,
    untaken_key = coalesce(link.untaken_key, link.email_key)
FROM sync.fetch AS run
JOIN sync.field_change AS kept USING (fetch_id)
JOIN reverting ON reverting.kind = 'address' AND reverting.contact_id = kept.contact_id AND reverting.left_because IS NULL
CROSS JOIN jsonb_each_text(kept.before -> 'links') AS held (record_id, email_key)
WHERE run.fetch_id = :fetch_id
  AND link.source_no = run.source_no
  AND link.record_id = held.record_id
  AND link.contact_id = kept.contact_id
  AND link.email_key <> held.email_key
