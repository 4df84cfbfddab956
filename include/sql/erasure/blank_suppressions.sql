-- Purpose:    blank reasons of suppressions, and of their lifting, that quote what is erased.
-- Parameters: written, lifted (numbers of suppressions)
-- Returns:    nothing; rows affected are suppressions.
UPDATE contacts.suppression
SET reason        = CASE WHEN suppression_id = ANY (CAST(:written AS bigint[])) THEN '(erased)' ELSE reason END,
    lifted_reason = CASE WHEN suppression_id = ANY (CAST(:lifted AS bigint[])) THEN '(erased)' ELSE lifted_reason END
WHERE suppression_id = ANY (CAST(:written AS bigint[])) OR suppression_id = ANY (CAST(:lifted AS bigint[]))
