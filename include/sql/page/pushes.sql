-- Purpose:    how the present members stand with some push switches, by reason (PUSH-4).
-- Parameters: switches (integer[]).
-- Returns:    switch_no, outcome, reason, detail, people; most people first within an outcome.
SELECT switch_no, outcome, reason, detail, people
FROM sync.pushes_by_reason
WHERE switch_no = ANY(:switches)
ORDER BY switch_no, outcome, people DESC, reason, detail
