-- Purpose:    who is, or was, a member because of a fetch: whose membership it began last.
-- Parameters: fetch_id; people: whether names and addresses may be told; after: only rows of a higher number, NULL from the
--             first; rows: how many.
-- Returns:    no, contact_id, status, reason, since; name, email: NULL unless people.
SELECT
    member.contact_id AS no, member.contact_id, member.status, member.reason, member.since,
    CASE WHEN CAST(:people AS boolean) THEN nullif(concat_ws(' ', person.first_name, person.last_name), '') END AS name,
    CASE WHEN CAST(:people AS boolean) THEN person.email END AS email
FROM sync.fetch AS run
JOIN contacts.membership AS member ON member.list_id = run.list_id AND member.joined_by_fetch = run.fetch_id
JOIN contacts.contact AS person ON person.contact_id = member.contact_id
WHERE run.fetch_id = :fetch_id AND member.contact_id > coalesce(CAST(:after AS bigint), -1)
ORDER BY member.contact_id
LIMIT :rows
