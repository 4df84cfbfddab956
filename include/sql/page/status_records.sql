-- Purpose:    the records behind a number of statuses_by_reason: those whose last word it is.
-- Parameters: account, module, status, outcome; field, detail (empty: none); people: whether names and addresses may be
--             told; campaigns: whether campaigns may be named; after: only rows of a higher number, NULL from the
--             first; rows: how many.
-- Returns:    no, contact_id, record_id, campaign, status, outcome, detail, at; name, email: NULL unless people.
SELECT
    standing.status_push_id AS no, standing.contact_id, standing.record_id,
    CASE WHEN CAST(:campaigns AS boolean) THEN campaign.name END AS campaign,
    standing.status, standing.outcome, standing.detail, standing.at,
    CASE WHEN CAST(:people AS boolean) THEN nullif(concat_ws(' ', person.first_name, person.last_name), '') END AS name,
    CASE WHEN CAST(:people AS boolean) THEN person.email END AS email
FROM (
    SELECT DISTINCT ON (record_id, CASE WHEN field IS NULL THEN campaign_id END) told.*
    FROM sync.status_push AS told
    WHERE told.account = :account AND told.module = :module AND coalesce(told.field, '') = :field AND told.record_id IS NOT NULL
    ORDER BY record_id, CASE WHEN field IS NULL THEN campaign_id END, status_push_id DESC
) AS standing
JOIN contacts.campaign USING (campaign_id)
LEFT JOIN contacts.contact AS person ON person.contact_id = standing.contact_id
WHERE standing.status = :status AND standing.outcome = :outcome AND coalesce(standing.detail, '') = :detail
  AND standing.status_push_id > coalesce(CAST(:after AS bigint), -1)
ORDER BY standing.status_push_id
LIMIT :rows
