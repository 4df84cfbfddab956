-- Purpose:    write who is not pushed and why, when it first holds or changes (PUSH-4), and who waits because what
--             became of an earlier call is unknown. Whoever was pushed and has done nothing since stays as pushed.
-- Parameters: switch_no, fetch_id, push_run_no (one of the two is null)
-- Returns:    nothing; rows affected are ledger rows.
INSERT INTO sync.push_ledger (switch_no, contact_id, outcome, reason, response_id, fetch_id, push_run_no, at)
SELECT
    :switch_no, judged.contact_id, CASE WHEN judged.reason IS NULL THEN 'unknown' ELSE 'not_pushed' END, judged.reason,
    judged.response_id, CAST(:fetch_id AS bigint), CAST(:push_run_no AS bigint), now()
FROM judged
LEFT JOIN (
    SELECT DISTINCT ON (contact_id) contact_id, outcome, reason, response_id
    FROM sync.push_ledger
    WHERE switch_no = :switch_no
    ORDER BY contact_id, push_id DESC
) AS last_word USING (contact_id)
WHERE CASE
    WHEN judged.reason IS NULL THEN judged.unknown
        AND (last_word.outcome, last_word.response_id) IS DISTINCT FROM ('unknown', judged.response_id)
    ELSE judged.reason IS DISTINCT FROM last_word.reason
        AND (last_word.outcome IS DISTINCT FROM 'inserted' AND last_word.outcome IS DISTINCT FROM 'updated'
             OR judged.reason NOT IN ('no_activity', 'imported_from_recruit'))
END
