-- Purpose:    how many older pairs would be bound otherwise, by option.
-- Parameters: opt_out, deleted, unsubscribed: the choices of today; reads the transaction's table older_pair.
-- Returns:    option, before, pairs; one row for each choice that no longer binds. And one row without option: all pairs.
SELECT choice.option, choice.before, count(*) AS pairs
FROM older_pair
CROSS JOIN LATERAL (VALUES
    ('opt_out',      older_pair.opt_out,      CAST(:opt_out AS text)),
    ('deleted',      older_pair.deleted,      CAST(:deleted AS text)),
    ('unsubscribed', older_pair.unsubscribed, CAST(:unsubscribed AS text))
) AS choice (option, before, today)
WHERE choice.before <> choice.today
GROUP BY choice.option, choice.before
UNION ALL
SELECT NULL, NULL, count(*)
FROM older_pair
ORDER BY 1, 2
