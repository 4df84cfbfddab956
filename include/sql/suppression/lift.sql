-- Purpose:    lift suppressions and the copies that were carried over from them, keeping who did it, when and why (OUT-17).
-- Parameters: suppression_ids, who, reason
-- Returns:    nothing; rows affected are suppressions lifted.
UPDATE contacts.suppression
SET lifted_at = now(), lifted_by = :who, lifted_reason = :reason
WHERE lifted_at IS NULL
  AND (suppression_id = ANY (CAST(:suppression_ids AS bigint[])) OR carried_from = ANY (CAST(:suppression_ids AS bigint[])))
