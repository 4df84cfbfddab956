-- Purpose:    whose member status a campaign in Recruit does not show yet: of campaigns that we made there and that were
--             sent to the list, for people who were synced from the account (CAMP-3).
-- Parameters: account, module, list_id
-- Returns:    contact_id, record_id, campaign_id, campaign_record, status as it is sent; by campaign and contact.
WITH told AS (
    SELECT DISTINCT ON (earlier.record_id, earlier.campaign_id) earlier.record_id, earlier.campaign_id, earlier.status
    FROM sync.status_push AS earlier
    WHERE earlier.account = :account AND earlier.module = :module AND earlier.field IS NULL
      AND earlier.record_id IS NOT NULL
    ORDER BY earlier.record_id, earlier.campaign_id, earlier.status_push_id DESC
)
SELECT
    recipient.contact_id, link.record_id, recipient.campaign_id, made.record_id AS campaign_record,
    initcap(recipient.status) AS status
FROM sync.outbox AS made
JOIN contacts.campaign_list AS mailed ON mailed.campaign_id = made.campaign_id AND mailed.list_id = :list_id
JOIN contacts.member_status AS recipient ON recipient.campaign_id = made.campaign_id
JOIN contacts.contact ON contact.contact_id = recipient.contact_id AND contact.deleted_at IS NULL
JOIN contacts.source_link AS link ON link.contact_id = recipient.contact_id AND link.converted_at IS NULL
JOIN sync.source ON source.source_no = link.source_no AND source.account = :account AND source.module = :module
LEFT JOIN told ON told.record_id = link.record_id AND told.campaign_id = recipient.campaign_id
WHERE made.kind = 'campaign' AND made.account = :account AND made.state = 'answered' AND made.record_id IS NOT NULL
  AND told.status IS DISTINCT FROM initcap(recipient.status)
ORDER BY recipient.campaign_id, recipient.contact_id, link.record_id
