-- Purpose:    the present members behind a number of pushes_by_reason (PUSH-4).
-- Parameters: switch_no; outcome; reason, detail (empty: none); NULL for any; people: whether names and addresses may be
--             told; after: only contacts of a higher number, NULL from the first; rows: how many.
-- Returns:    contact_id, at, outcome, reason, detail, status, record_id; name, email: NULL unless people.
SELECT
    standing.contact_id, standing.at, standing.outcome, standing.reason, standing.detail, standing.status,
    standing.record_id,
    CASE WHEN CAST(:people AS boolean) THEN nullif(concat_ws(' ', person.first_name, person.last_name), '') END AS name,
    CASE WHEN CAST(:people AS boolean) THEN person.email END AS email
FROM (
    SELECT DISTINCT ON (contact_id) switch_no, contact_id, at, outcome, reason, detail, status, record_id
    FROM sync.push_ledger
    WHERE switch_no = :switch_no AND contact_id > coalesce(CAST(:after AS bigint), -1)
    ORDER BY contact_id, push_id DESC
) AS standing
JOIN sync.push_switch AS switch USING (switch_no)
JOIN contacts.contact AS person ON person.contact_id = standing.contact_id
JOIN contacts.membership AS member ON member.list_id = switch.list_id AND member.contact_id = standing.contact_id
WHERE member.status <> 'removed' AND person.deleted_at IS NULL
  AND (CAST(:outcome AS text) IS NULL OR standing.outcome = CAST(:outcome AS text))
  AND (CAST(:reason AS text) IS NULL OR coalesce(standing.reason, '') = CAST(:reason AS text))
  AND (CAST(:detail AS text) IS NULL OR coalesce(standing.detail, '') = CAST(:detail AS text))
ORDER BY standing.contact_id
LIMIT :rows
