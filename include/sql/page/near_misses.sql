-- Purpose:    who nearly would have been pushed by some switches, and for want of what (PUSH-11).
-- Parameters: switches (integer[]).
-- Returns:    switch_no, reason, detail, people, told (a sentence); most people first.
SELECT switch_no, reason, detail, people, told
FROM sync.near_misses
WHERE switch_no = ANY(:switches)
ORDER BY people DESC, switch_no, told
