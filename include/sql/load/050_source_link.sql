-- Purpose:    remember which contact each taken record is, and with which address (OUT-13), whether it is opted out, and
--             that it is live, unless it was deleted since this fetch began to read, as another one has seen (ADV-2). A
--             record whose address belongs to another contact is linked to that one from now on.
-- Parameters: none; reads the transaction's this_fetch, batch and outcome.
-- Returns:    nothing; rows affected are links made, moved or marked.
INSERT INTO contacts.source_link AS link (source_no, record_id, contact_id, email_key, linked_by_fetch, opted_out, gone_at, gone_kind)
SELECT
    this_fetch.source_no, outcome.record_id, outcome.contact_id, batch.email_key, this_fetch.fetch_id, batch.opted_out,
    since.gone_at, since.gone_kind
FROM outcome
CROSS JOIN this_fetch
JOIN batch USING (record_no)
LEFT JOIN contacts.source_link AS since
    ON since.source_no = this_fetch.source_no AND since.record_id = outcome.record_id
   AND since.gone_at > this_fetch.source_clock AND (batch.modified_at >= since.gone_at) IS NOT TRUE
WHERE outcome.outcome IN ('new', 're_added', 'duplicate')
  -- a link that stays as it is must not get as far as the conflict, which would lock and thus write its row
  AND NOT EXISTS (
      SELECT FROM contacts.source_link AS same
      WHERE same.source_no = this_fetch.source_no AND same.record_id = outcome.record_id
        AND same.contact_id = outcome.contact_id AND same.email_key = batch.email_key
        AND same.opted_out = batch.opted_out AND same.gone_at IS NOT DISTINCT FROM since.gone_at)
ON CONFLICT (source_no, record_id) DO UPDATE
SET contact_id      = excluded.contact_id,
    email_key       = excluded.email_key,
    linked_by_fetch = CASE WHEN link.contact_id = excluded.contact_id THEN link.linked_by_fetch
                           ELSE excluded.linked_by_fetch END,
    opted_out       = excluded.opted_out,
    gone_at         = excluded.gone_at,
    gone_kind       = excluded.gone_kind
WHERE (link.contact_id, link.email_key, link.opted_out, link.gone_at)
      IS DISTINCT FROM (excluded.contact_id, excluded.email_key, excluded.opted_out, excluded.gone_at)
