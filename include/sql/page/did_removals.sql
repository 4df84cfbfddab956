-- Purpose:    memberships that options ended in a fetch, or would end if somebody approves, and what became of that (ADV-8).
-- Parameters: fetch_id; only: ended or waiting, of memberships of its list, NULL for all; people: whether names and
--             addresses may be told; after: only rows of a higher number, NULL from the first; rows: how many.
-- Returns:    no, contact_id, record_id, reason, reach, state, decided_at, decided_by; name, email: NULL unless people.
SELECT
    removal.removal_id AS no, removal.contact_id, removal.record_id, removal.reason, removal.reach, removal.state,
    removal.decided_at, removal.decided_by,
    CASE WHEN CAST(:people AS boolean) THEN nullif(concat_ws(' ', person.first_name, person.last_name), '') END AS name,
    CASE WHEN CAST(:people AS boolean) THEN person.email END AS email
FROM sync.removal
JOIN contacts.contact AS person ON person.contact_id = removal.contact_id
WHERE removal.fetch_id = :fetch_id AND removal.act_id IS NULL
  AND CASE CAST(:only AS text)
      WHEN 'ended'   THEN removal.state = 'applied' AND removal.status_before <> 'removed'
      WHEN 'waiting' THEN removal.state = 'pending' AND removal.status_before <> 'removed'
      ELSE true
  END
  AND removal.removal_id > coalesce(CAST(:after AS bigint), -1)
ORDER BY removal.removal_id
LIMIT :rows
