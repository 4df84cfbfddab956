-- Purpose:    whose member status a field of Recruit does not show yet: that of the latest campaign by send time of the
--             kinds asked for that was sent to the list, for members with a record, imported or pushed (CAMP-4, 5, 8).
-- Parameters: account, module, field, list_id, kinds
-- Returns:    contact_id, record_id, campaign_id, status as it is sent; by contact_id and record_id. What was sent or
--             refused last for the field, by whichever way, is left out while it is the same.
WITH member AS (
    SELECT membership.contact_id
    FROM contacts.membership
    JOIN contacts.contact USING (contact_id)
    WHERE membership.list_id = :list_id AND membership.status <> 'removed' AND contact.deleted_at IS NULL
),
record AS (
    SELECT link.contact_id, link.record_id
    FROM contacts.source_link AS link
    JOIN sync.source USING (source_no)
    WHERE source.account = :account AND source.module = :module AND link.converted_at IS NULL
    UNION
    SELECT pushed.contact_id, pushed.record_id
    FROM sync.push_ledger AS pushed
    JOIN sync.push_switch AS switch USING (switch_no)
    WHERE switch.account = :account AND switch.module = :module
      AND pushed.outcome IN ('inserted', 'updated') AND pushed.record_id IS NOT NULL
),
standing AS (
    SELECT DISTINCT ON (recipient.contact_id)
        recipient.contact_id, recipient.campaign_id, initcap(recipient.status) AS status
    FROM contacts.member_status AS recipient
    JOIN contacts.campaign USING (campaign_id)
    WHERE recipient.campaign_id = ANY(ARRAY(
        SELECT mailed.campaign_id
        FROM contacts.campaign_list AS mailed
        JOIN contacts.campaign AS sent USING (campaign_id)
        WHERE mailed.list_id = :list_id AND sent.kind = ANY(CAST(:kinds AS text[]))
    ))
    ORDER BY
        recipient.contact_id,
        coalesce(recipient.sent_at, campaign.started_at, recipient.last_response_at) DESC NULLS LAST,
        recipient.campaign_id DESC
),
told AS (
    SELECT DISTINCT ON (word.record_id) word.record_id, word.status
    FROM (
        SELECT record_id, status, at FROM sync.status_push
        WHERE account = :account AND module = :module AND field = :field AND record_id IS NOT NULL
        UNION ALL
        SELECT pushed.record_id, pushed.status, pushed.at
        FROM sync.push_ledger AS pushed
        JOIN sync.push_switch AS switch USING (switch_no)
        WHERE switch.account = :account AND switch.module = :module
          AND pushed.status_field = :field AND pushed.status IS NOT NULL AND pushed.record_id IS NOT NULL
    ) AS word
    ORDER BY word.record_id, word.at DESC
)
SELECT standing.contact_id, record.record_id, standing.campaign_id, standing.status
FROM standing
JOIN member USING (contact_id)
JOIN record USING (contact_id)
LEFT JOIN told ON told.record_id = record.record_id
WHERE told.status IS DISTINCT FROM standing.status
ORDER BY standing.contact_id, record.record_id
