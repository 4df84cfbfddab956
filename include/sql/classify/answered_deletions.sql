-- Purpose:    deletions at the source that this fetch's removals answer, though an earlier fetch of the sync read of them:
--             a person was asked, and nobody has answered since (ADV-2, ADV-8). The removal may name another reason by
--             now, as that of the fetch which asked may have done; of several deletions of one person the last counts.
-- Parameters: none; reads the transaction's this_fetch, outcome, removal and gone.
-- Returns:    nothing; fills the transaction's table asked_before, one row a person. Reads the ledger, so it is asked only
--             where removals wait.
INSERT INTO asked_before (contact_id, record_id, gone_at, gone_kind)
SELECT DISTINCT ON (removal.contact_id)
    removal.contact_id, link.record_id, link.gone_at, link.gone_kind
FROM removal
CROSS JOIN this_fetch
JOIN sync.ledger AS line ON line.contact_id = removal.contact_id AND line.outcome = 'deleted' AND line.reason = 'pending'
JOIN sync.fetch AS asked
    ON asked.fetch_id = line.fetch_id AND asked.started_at = line.fetch_started_at
   AND asked.sync_no = this_fetch.sync_no AND asked.fetch_id <> this_fetch.fetch_id
JOIN sync.taken_record AS pair
    ON pair.sync_no = this_fetch.sync_no AND pair.list_id = this_fetch.list_id
   AND pair.source_no = line.source_no AND pair.record_id = line.record_id
JOIN contacts.source_link AS link
    ON link.source_no = line.source_no AND link.record_id = line.record_id AND link.contact_id = removal.contact_id
WHERE link.source_no = this_fetch.source_no
  AND link.gone_at IS NOT NULL
  AND pair.deleted <> 'keep'
  -- whom this fetch read it judges anew
  AND NOT EXISTS (SELECT FROM outcome WHERE outcome.record_id = line.record_id)
  AND NOT EXISTS (
      SELECT FROM outcome
      WHERE outcome.contact_id = removal.contact_id AND outcome.outcome IN ('new', 're_added', 'duplicate'))
  AND NOT EXISTS (SELECT FROM gone WHERE gone.fresh AND gone.record_id = line.record_id)
  AND NOT EXISTS (SELECT FROM gone WHERE gone.leaves AND gone.contact_id = removal.contact_id)
  AND NOT EXISTS (
      SELECT FROM contacts.membership_supply AS supply
      WHERE supply.list_id = this_fetch.list_id AND supply.contact_id = removal.contact_id AND supply.gone_at IS NULL)
  -- its question has been open ever since
  AND NOT EXISTS (
      SELECT FROM sync.removal AS decided
      WHERE decided.contact_id = removal.contact_id AND decided.sync_no = this_fetch.sync_no
        AND decided.fetch_id IS DISTINCT FROM this_fetch.fetch_id
        AND decided.state NOT IN ('pending', 'replaced') AND decided.decided_at >= line.fetch_started_at)
ORDER BY removal.contact_id, link.gone_at DESC, link.record_id COLLATE "C"
