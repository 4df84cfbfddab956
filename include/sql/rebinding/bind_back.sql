-- Purpose:    bind the act's pairs to what bound them before, as far as the choice of the act still binds them.
-- Parameters: act_id; opt_out, deleted, unsubscribed: the choices that the act applied
-- Returns:    one row: pairs.
WITH bound_back AS (
    UPDATE sync.taken_record AS taken
    SET opt_out      = CASE WHEN taken.opt_out      = CAST(:opt_out AS text)      THEN before.opt_out      ELSE taken.opt_out      END,
        deleted      = CASE WHEN taken.deleted      = CAST(:deleted AS text)      THEN before.deleted      ELSE taken.deleted      END,
        unsubscribed = CASE WHEN taken.unsubscribed = CAST(:unsubscribed AS text) THEN before.unsubscribed ELSE taken.unsubscribed END
    FROM sync.rebound_pair AS before
    WHERE before.act_id = :act_id
      AND taken.sync_no = before.sync_no
      AND taken.source_no = before.source_no
      AND taken.record_id = before.record_id
      AND (
          (taken.opt_out = CAST(:opt_out AS text) AND taken.opt_out <> before.opt_out)
          OR (taken.deleted = CAST(:deleted AS text) AND taken.deleted <> before.deleted)
          OR (taken.unsubscribed = CAST(:unsubscribed AS text) AND taken.unsubscribed <> before.unsubscribed)
      )
    RETURNING taken.source_no, taken.record_id
)
SELECT count(DISTINCT (source_no, record_id)) AS pairs FROM bound_back
