-- Purpose:    lift suppressions, keeping who did it, when and why (OUT-17).
-- Parameters: suppression_ids, who, reason
-- Returns:    nothing; rows affected are suppressions lifted.
UPDATE contacts.suppression
SET lifted_at = now(), lifted_by = :who, lifted_reason = :reason
WHERE suppression_id = ANY (CAST(:suppression_ids AS bigint[])) AND lifted_at IS NULL
