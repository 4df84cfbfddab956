-- Purpose:    count the outcomes of the batch.
-- Parameters: none; reads the transaction's view outcome.
-- Returns:    one row: read, out_of_scope, total, new, re_added, the three kinds of duplicate, changed, ignored, joined.
SELECT
    count(*)                                                                    AS read,
    count(*) FILTER (WHERE outcome = 'out_of_scope')                            AS out_of_scope,
    count(*) FILTER (WHERE outcome <> 'out_of_scope')                           AS total,
    count(*) FILTER (WHERE outcome = 'new')                                     AS new,
    count(*) FILTER (WHERE outcome = 're_added')                                AS re_added,
    count(*) FILTER (WHERE outcome = 'duplicate' AND reason = 'in_list')        AS duplicate_in_list,
    count(*) FILTER (WHERE outcome = 'duplicate' AND reason = 'other_list')     AS duplicate_other_list,
    count(*) FILTER (WHERE outcome = 'duplicate' AND reason = 'no_list')        AS duplicate_no_list,
    count(*) FILTER (WHERE outcome = 'duplicate' AND changed)                   AS changed,
    count(*) FILTER (WHERE outcome = 'ignored' AND reason IS NOT NULL)          AS ignored,
    count(*) FILTER (WHERE joins)                                               AS joined
FROM outcome
