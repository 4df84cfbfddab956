-- Purpose:    note which records this fetch takes into its list for the first time. The choices in force bind a (sync,
--             record) pair for good (ADV-5): a sync that feeds another list by now keeps the moment at which it first took
--             the record, and what was bound then. An opt-out flag that the record has by then is no news to the pair.
-- Parameters: none; reads the transaction's this_fetch, flagged and outcome.
-- Returns:    nothing; rows affected are pairs new to the list.
INSERT INTO sync.taken_record (
    sync_no, source_no, record_id, list_id, first_fetch, taken_at, opt_out, deleted, unsubscribed, opted_out
)
SELECT
    this_fetch.sync_no, this_fetch.source_no, outcome.record_id, this_fetch.list_id,
    coalesce(bound.first_fetch, this_fetch.fetch_id), coalesce(bound.taken_at, this_fetch.started_at),
    coalesce(bound.opt_out, this_fetch.opt_out), coalesce(bound.deleted, this_fetch.deleted),
    coalesce(bound.unsubscribed, this_fetch.unsubscribed), coalesce(flagged.opted_out, false)
FROM outcome
CROSS JOIN this_fetch
LEFT JOIN flagged USING (record_id)
LEFT JOIN sync.taken_record AS bound
    ON bound.sync_no = this_fetch.sync_no AND bound.source_no = this_fetch.source_no AND bound.record_id = outcome.record_id
WHERE outcome.outcome IN ('new', 're_added', 'duplicate')
  -- known pairs are left out set by set; the conflict is for a record that comes twice in one batch, or was taken into
  -- several lists before: its rows agree
  AND NOT EXISTS (
      SELECT FROM sync.taken_record AS known
      WHERE known.sync_no = this_fetch.sync_no AND known.source_no = this_fetch.source_no
        AND known.record_id = outcome.record_id AND known.list_id = this_fetch.list_id)
ON CONFLICT (sync_no, source_no, record_id, list_id) DO NOTHING
