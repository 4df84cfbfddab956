-- Purpose:    let one run ask about a fetch's removals, unless another's question is still open (ADV-8).
-- Parameters: fetch_id, run_id, now, until
-- Returns:    nothing; one row affected if this run may ask.
UPDATE sync.fetch
SET asked_by_run = :run_id,
    asked_until  = :until
WHERE fetch_id = :fetch_id
  AND (asked_by_run IS NULL OR asked_by_run = :run_id OR asked_until <= :now)
