-- Purpose:    sends and responses with their campaign and person: the staged ones, and those set aside earlier that wait
--             for nothing any more. A person is who has the address now, else who had it last.
-- Parameters: none; reads the transaction's event_row.
-- Returns:    nothing; makes the transaction's table event; campaign_id or contact_id is null where there is none yet.
CREATE TEMPORARY TABLE event ON COMMIT DROP AS
WITH former AS (
    SELECT DISTINCT ON (email_key) email_key, contact_id
    FROM contacts.address_history
    ORDER BY email_key, replaced_at DESC, contact_id
)
SELECT
    false AS retried, NULL::bigint AS aside_id, given.row_no, given.kind, given.email_key, given.response, given.at,
    campaign.campaign_id, coalesce(person.contact_id, former.contact_id) AS contact_id
FROM event_row AS given
LEFT JOIN contacts.campaign          ON campaign.external_id = given.campaign
LEFT JOIN contacts.contact AS person ON person.email_key = given.email_key
LEFT JOIN former                     ON former.email_key = given.email_key
WHERE given.reason IS NULL AND given.kind IN ('send', 'response')
UNION ALL
SELECT
    true, waiting.aside_id, NULL, waiting.kind, waiting.email_key, waiting.response, waiting.at,
    campaign.campaign_id, coalesce(person.contact_id, former.contact_id)
FROM sync.event_set_aside AS waiting
JOIN contacts.campaign               ON campaign.external_id = waiting.campaign
LEFT JOIN contacts.contact AS person ON person.email_key = waiting.email_key
LEFT JOIN former                     ON former.email_key = waiting.email_key
WHERE waiting.reason IN ('unknown_campaign', 'unknown_contact')
  AND coalesce(person.contact_id, former.contact_id) IS NOT NULL
