-- Purpose:    remember which records were deleted at the source, and how (ADV-2). Run after load/055_link_seen.
-- Parameters: none; reads the transaction's this_fetch and gone.
-- Returns:    nothing; rows affected are links marked.
UPDATE contacts.source_link AS link
SET gone_at   = gone.gone_at,
    gone_kind = gone.gone_kind
FROM gone
CROSS JOIN this_fetch
WHERE link.source_no = this_fetch.source_no
  AND link.record_id = gone.record_id
  AND NOT gone.fetched_later
  -- a listing that lacks a record says nothing new of one that is gone already
  AND (link.gone_at IS NULL OR (link.gone_at < gone.gone_at AND gone.gone_kind <> 'absent'))
