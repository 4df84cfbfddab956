-- Purpose:    keep what this fetch is about to replace in known people, so that it can be reverted (OPS-12).
-- Parameters: none; reads the transaction's this_fetch and outcome.
-- Returns:    nothing; rows affected are people kept as they were; no change by itself.
INSERT INTO sync.field_change (fetch_id, contact_id, before)
WITH changing AS (
    SELECT contact_id, bool_or(takes_address) AS moves
    FROM outcome
    WHERE takes_address OR (applies AND ((outcome = 'duplicate' AND changed) OR outcome = 're_added'))
    GROUP BY contact_id
),
held AS (
    -- what the records of those who move held: a changed address is told by comparing with it
    SELECT link.contact_id, jsonb_object_agg(link.record_id, link.email_key) AS links
    FROM changing
    CROSS JOIN this_fetch
    JOIN contacts.source_link AS link ON link.contact_id = changing.contact_id AND link.source_no = this_fetch.source_no
    WHERE changing.moves
    GROUP BY link.contact_id
),
holders AS (
    SELECT owner.contact_id, jsonb_object_agg(owner.target, to_jsonb(owner)) AS owners
    FROM changing
    JOIN contacts.field_owner AS owner USING (contact_id)
    GROUP BY owner.contact_id
)
SELECT
    this_fetch.fetch_id,
    person.contact_id,
    jsonb_build_object(
        'email',            person.email,
        'email_key',        person.email_key,
        'first_name',       person.first_name,
        'last_name',        person.last_name,
        'fields',           person.fields,
        'deleted_at',       person.deleted_at,
        'deleted_reason',   person.deleted_reason,
        'updated_by_fetch', person.updated_by_fetch,
        'membership',       CASE WHEN person.deleted_at IS NOT NULL THEN
                                jsonb_build_object('reason', member.reason, 'since', member.since) END,
        'links',            held.links,
        'owners',           holders.owners
    )
FROM changing
CROSS JOIN this_fetch
JOIN contacts.contact AS person USING (contact_id)
LEFT JOIN held USING (contact_id)
LEFT JOIN holders USING (contact_id)
LEFT JOIN contacts.membership AS member ON member.list_id = this_fetch.list_id AND member.contact_id = changing.contact_id
