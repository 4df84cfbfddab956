-- Purpose:    know a record again that came with an address of somebody erased, whatever address it comes with next (OPS-6,
--             OUT-13): by its keyed hash, as the records that were theirs when they were erased. A record of somebody else
--             that merely came with such an address is none, nor one whose address is flawed and names no person.
-- Parameters: none; reads the transaction's batch and outcome.
-- Returns:    nothing; rows affected are hashes.
INSERT INTO sync.erased (hash, suppression_id, kind)
SELECT DISTINCT batch.record_hash, batch.erased_by, 'record'
FROM batch
JOIN outcome USING (record_no)
JOIN contacts.suppression AS held ON held.suppression_id = batch.erased_by AND held.lifted_at IS NULL
WHERE outcome.outcome = 'ignored'
  AND batch.flaw IS NULL
  AND batch.record_id = translate(encode(batch.record_hash, 'hex'), 'abcdef', '012345')
  AND NOT EXISTS (
      SELECT FROM sync.erased AS known WHERE known.hash = batch.record_hash AND known.suppression_id = batch.erased_by
  )
ON CONFLICT DO NOTHING
