-- Purpose:    what the push of a fetch made of each person (PUSH-4).
-- Parameters: fetch_id; only: pushed, not_pushed or unknown, NULL for all; people: whether names and addresses may be
--             told; after: only rows of a higher number, NULL from the first; rows: how many.
-- Returns:    no, contact_id, module, response, outcome, reason, detail, status, record_id, at; name, email: NULL unless people.
SELECT
    told.push_id AS no, told.contact_id, switch.module, switch.response, told.outcome,
    told.reason, told.detail, told.status, told.record_id, told.at,
    CASE WHEN CAST(:people AS boolean) THEN nullif(concat_ws(' ', person.first_name, person.last_name), '') END AS name,
    CASE WHEN CAST(:people AS boolean) THEN person.email END AS email
FROM sync.push_ledger AS told
JOIN sync.push_switch AS switch USING (switch_no)
JOIN contacts.contact AS person ON person.contact_id = told.contact_id
WHERE told.fetch_id = :fetch_id AND told.push_id > coalesce(CAST(:after AS bigint), -1)
  AND CASE CAST(:only AS text)
      WHEN 'pushed' THEN told.outcome IN ('inserted', 'updated')
      ELSE told.outcome = coalesce(CAST(:only AS text), told.outcome)
  END
ORDER BY told.push_id
LIMIT :rows
