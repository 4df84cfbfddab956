-- Purpose:    how many known people a rehearsed fetch gave another value of each contact field.
-- Parameters: none; reads the transaction's changing.
-- Returns:    field, people; the most people first.
SELECT field, count(*) AS people
FROM changing
GROUP BY field
ORDER BY people DESC, field
