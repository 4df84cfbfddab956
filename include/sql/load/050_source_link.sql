-- Purpose:    remember which contact each taken record is, and with which address (OUT-13). A record whose address
--             belongs to another contact is linked to that one from now on.
-- Parameters: none; reads the transaction's this_fetch, batch and outcome.
-- Returns:    nothing; rows affected are links made or moved.
INSERT INTO contacts.source_link AS link (source_no, record_id, contact_id, email_key, linked_by_fetch)
SELECT this_fetch.source_no, outcome.record_id, outcome.contact_id, batch.email_key, this_fetch.fetch_id
FROM outcome
CROSS JOIN this_fetch
JOIN batch USING (record_no)
WHERE outcome.outcome IN ('new', 're_added', 'duplicate')
  -- a link that stays as it is must not get as far as the conflict, which would lock and thus write its row
  AND NOT EXISTS (
      SELECT FROM contacts.source_link AS same
      WHERE same.source_no = this_fetch.source_no AND same.record_id = outcome.record_id
        AND same.contact_id = outcome.contact_id AND same.email_key = batch.email_key)
ON CONFLICT (source_no, record_id) DO UPDATE
SET contact_id      = excluded.contact_id,
    email_key       = excluded.email_key,
    linked_by_fetch = CASE WHEN link.contact_id = excluded.contact_id THEN link.linked_by_fetch
                           ELSE excluded.linked_by_fetch END
WHERE (link.contact_id, link.email_key) IS DISTINCT FROM (excluded.contact_id, excluded.email_key)
