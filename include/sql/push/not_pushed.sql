-- Purpose:    write who is not pushed and why, when it first holds or changes (PUSH-4). Whoever was pushed and has done
--             nothing since stays as pushed.
-- Parameters: switch_no, fetch_id
-- Returns:    nothing; rows affected are ledger rows.
INSERT INTO sync.push_ledger (switch_no, contact_id, outcome, reason, response_id, fetch_id, at)
SELECT :switch_no, judged.contact_id, 'not_pushed', judged.reason, judged.response_id, :fetch_id, now()
FROM judged
LEFT JOIN (
    SELECT DISTINCT ON (contact_id) contact_id, outcome, reason
    FROM sync.push_ledger
    WHERE switch_no = :switch_no
    ORDER BY contact_id, push_id DESC
) AS last_word USING (contact_id)
WHERE judged.reason IS NOT NULL
  AND judged.reason IS DISTINCT FROM last_word.reason
  AND (last_word.outcome IS DISTINCT FROM 'inserted' AND last_word.outcome IS DISTINCT FROM 'updated'
       OR judged.reason NOT IN ('no_activity', 'imported_from_recruit'))
