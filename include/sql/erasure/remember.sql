-- Purpose:    keep the hashes by which the person is known again: of their addresses, of their records, and of addresses
--             that nothing but their records was ever seen with.
-- Parameters: suppression_id; reads the transaction's tables erasing_address and erasing_record.
-- Returns:    nothing; rows affected are hashes.
INSERT INTO sync.erased (hash, suppression_id, kind)
SELECT known.hash, CAST(:suppression_id AS bigint), known.kind
FROM (
    SELECT hash, 'address' AS kind FROM erasing_address
    UNION
    SELECT hash, 'record' FROM erasing_record
    UNION
    SELECT seen.address_hash, 'address'
    FROM erasing_record
    JOIN sync.ledger AS seen USING (source_no, record_id)
    WHERE seen.address_hash IS NOT NULL
      AND NOT EXISTS (
          SELECT FROM sync.ledger AS other
          LEFT JOIN erasing_record AS mine
              ON mine.source_no = other.source_no AND mine.record_id = other.record_id
          WHERE other.address_hash = seen.address_hash AND mine.record_id IS NULL
      )
) AS known
ON CONFLICT DO NOTHING
