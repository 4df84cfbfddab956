-- Purpose:    what an approval of a fetch's removals by a person did (ADV-8).
-- Parameters: fetch_id, who
-- Returns:    at most one row: list_name, people, dropped, memberships.
SELECT
    list.name                               AS list_name,
    (act.detail ->> 'people')::integer      AS people,
    (act.detail ->> 'dropped')::integer     AS dropped,
    (act.detail ->> 'memberships')::integer AS memberships
FROM sync.act AS act
JOIN contacts.mailing_list AS list USING (list_id)
WHERE act.kind = 'approve' AND act.fetch_id = :fetch_id AND act.who = :who
ORDER BY act.act_id DESC
LIMIT 1
