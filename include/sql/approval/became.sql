-- Purpose:    what became of the removals of a fetch that wait no more (ADV-8).
-- Parameters: fetch_id
-- Returns:    state, decided_by, decided_at, people; what decides most first: applied, withheld, replaced, dropped.
SELECT state, decided_by, max(decided_at) AS decided_at, count(*) AS people
FROM sync.removal
WHERE fetch_id = :fetch_id AND state <> 'pending'
GROUP BY state, decided_by
ORDER BY array_position(ARRAY['applied', 'withheld', 'replaced', 'dropped'], state), decided_by
