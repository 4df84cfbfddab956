-- Purpose:    why, and how far, people of one fetch's removals would leave (ADV-8).
-- Parameters: fetch_id
-- Returns:    reason, reach, people; the most people first.
SELECT reason, reach, count(*) AS people
FROM sync.removal
WHERE fetch_id = :fetch_id AND state = 'pending'
GROUP BY reason, reach
ORDER BY people DESC, reason, reach
