-- Purpose:    let the ledger say what this fetch made of deletions that waited for an answer since an earlier one: they are
--             carried out, or asked about anew, by a line of this fetch's own; they wait on; or they are kept, because they no
--             longer hold: the record is live again, or the sync goes on to another list (ADV-2, ADV-8, RET-11). They are
--             counted with the fetch that carries them out. Run after option/supersede and load/110_ledger_gone.
-- Parameters: none; reads the transaction's this_fetch and asked_before.
-- Returns:    nothing; rows affected are ledger rows.
UPDATE sync.ledger AS line
SET reason = CASE
        WHEN own.reason IS NULL      THEN 'kept'
        WHEN own.reason = 'pending'  THEN 'asked_again'
        ELSE 'carried_out_later'
    END,
    evidence = CASE
        WHEN own.reason IS NULL      THEN line.evidence
        WHEN own.reason = 'pending'  THEN coalesce(line.evidence, '{}') || jsonb_build_object('asked_again_by_fetch', this_fetch.fetch_id)
        ELSE coalesce(line.evidence, '{}') || jsonb_build_object('carried_out_by_fetch', this_fetch.fetch_id)
    END
FROM this_fetch
JOIN sync.removal AS waited ON waited.sync_no = this_fetch.sync_no AND waited.decided_by = 'fetch ' || this_fetch.fetch_id
JOIN sync.fetch AS seen ON seen.sync_no = waited.sync_no AND seen.fetch_id <> this_fetch.fetch_id
LEFT JOIN LATERAL (
    SELECT present.reason
    FROM sync.ledger AS present
    WHERE present.contact_id = waited.contact_id
      AND present.fetch_id = this_fetch.fetch_id AND present.fetch_started_at = this_fetch.started_at
      AND present.outcome = 'deleted' AND present.reason <> 'kept'
    LIMIT 1
) AS own ON true
WHERE waited.state IN ('replaced', 'dropped')
  AND line.contact_id = waited.contact_id
  AND line.fetch_id = seen.fetch_id
  AND line.fetch_started_at = seen.started_at
  AND line.outcome = 'deleted'
  AND line.reason = 'pending'
  -- what waits on needs no other word
  AND (own.reason IS NOT NULL OR NOT EXISTS (SELECT FROM asked_before WHERE asked_before.contact_id = waited.contact_id))
