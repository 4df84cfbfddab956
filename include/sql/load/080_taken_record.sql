-- Purpose:    note the (sync, record) pairs that this fetch takes for the first time, and the choices in force: they bind
--             the pair for good (ADV-5). An opt-out flag that the record has by then is no news to it.
-- Parameters: none; reads the transaction's this_fetch, flagged and outcome.
-- Returns:    nothing; rows affected are new pairs.
INSERT INTO sync.taken_record (
    sync_no, source_no, record_id, list_id, first_fetch, taken_at, opt_out, deleted, unsubscribed, opted_out
)
SELECT
    this_fetch.sync_no, this_fetch.source_no, outcome.record_id, this_fetch.list_id,
    this_fetch.fetch_id, this_fetch.started_at, this_fetch.opt_out, this_fetch.deleted, this_fetch.unsubscribed,
    coalesce(flagged.opted_out, false)
FROM outcome
CROSS JOIN this_fetch
LEFT JOIN flagged USING (record_id)
WHERE outcome.outcome IN ('new', 're_added', 'duplicate')
  -- known pairs are left out set by set; the conflict is for a record that comes twice in one batch
  AND NOT EXISTS (
      SELECT FROM sync.taken_record AS known
      WHERE known.sync_no = this_fetch.sync_no AND known.source_no = this_fetch.source_no
        AND known.record_id = outcome.record_id AND known.list_id = this_fetch.list_id)
ON CONFLICT (sync_no, source_no, record_id, list_id) DO NOTHING
