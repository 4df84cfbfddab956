-- Purpose:    take back open questions of the sync's guard that the act answers: the person leaves by it, or the choice
--             that now binds the pair removes nobody (ADV-8).
-- Parameters: sync_no, source_no, opt_out, deleted, unsubscribed (the choices of today), who; reads the transaction's
--             tables older_pair and leaving.
-- Returns:    nothing; rows affected are pairs whose opt-out flag is dealt with by it.
WITH answered AS (
    UPDATE sync.removal AS waiting
    SET state      = CASE WHEN EXISTS (SELECT FROM leaving WHERE leaving.contact_id = waiting.contact_id) THEN 'replaced' ELSE 'dropped' END,
        decided_at = statement_timestamp(),
        decided_by = :who
    WHERE waiting.sync_no = :sync_no
      AND waiting.state = 'pending'
      AND (
          EXISTS (SELECT FROM leaving WHERE leaving.contact_id = waiting.contact_id)
          OR (
              waiting.source_no = :source_no
              AND EXISTS (SELECT FROM older_pair WHERE older_pair.record_id = waiting.record_id)
              AND CASE waiting.reason
                    WHEN 'opted_out'    THEN CAST(:opt_out AS text) = 'dont_exclude'
                    WHEN 'deleted'      THEN CAST(:deleted AS text) = 'keep'
                    WHEN 'unsubscribed' THEN CAST(:unsubscribed AS text) = 'keep'
                    ELSE false
                  END
          )
      )
    RETURNING waiting.sync_no, waiting.source_no, waiting.record_id, waiting.reason
)
UPDATE sync.taken_record AS taken
SET opted_out = true
FROM answered
WHERE answered.reason = 'opted_out'
  AND taken.sync_no = answered.sync_no
  AND taken.source_no = answered.source_no
  AND taken.record_id = answered.record_id
