-- Purpose:    remember since which fetch a linked candidate is known to be converted (ADV-4).
-- Parameters: none; reads the transaction's this_fetch and flagged.
-- Returns:    nothing; rows affected are links marked.
UPDATE contacts.source_link AS link
SET converted_at = this_fetch.started_at
FROM flagged
CROSS JOIN this_fetch
WHERE flagged.converted
  AND link.source_no = this_fetch.source_no
  AND link.record_id = flagged.record_id
  AND link.converted_at IS NULL
