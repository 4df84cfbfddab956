-- Purpose:    how many people the options of a rehearsed fetch's sync make leave, by reason.
-- Parameters: none; reads the transaction's removal.
-- Returns:    reason, reach (list or organisation), people; the most people first.
SELECT reason, reach, count(*) AS people
FROM removal
GROUP BY reason, reach
ORDER BY people DESC, reason, reach
