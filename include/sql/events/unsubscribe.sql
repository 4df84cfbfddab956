-- Purpose:    end the subscription of whoever unsubscribed by a campaign, in every list that it was sent to, also in lists
--             that are told only now. In a list that they are not in, a removed membership keeps it for the day when a fetch
--             would bring them in (OUT-11). The latest unsubscribe is kept; nobody is subscribed by this.
-- Parameters: none; reads the transaction's event_row and event.
-- Returns:    nothing; rows affected are memberships.
INSERT INTO contacts.membership AS member (list_id, contact_id, status, reason, since, unsubscribed_at)
SELECT mailed.list_id, told.contact_id, 'removed', 'unsubscribed', statement_timestamp(), max(told.at)
FROM (
    SELECT campaign_id, contact_id, at
    FROM event
    WHERE response = 'unsubscribed' AND campaign_id IS NOT NULL AND contact_id IS NOT NULL
    UNION ALL
    SELECT response.campaign_id, response.contact_id, response.happened_at
    FROM contacts.response
    WHERE response.kind = 'unsubscribed' AND response.campaign_id IN (
        SELECT campaign.campaign_id
        FROM event_row AS given
        JOIN contacts.campaign ON campaign.external_id = given.campaign
        WHERE given.kind = 'campaign' AND given.reason IS NULL
    )
) AS told
JOIN contacts.campaign_list AS mailed USING (campaign_id)
GROUP BY mailed.list_id, told.contact_id
ON CONFLICT (list_id, contact_id) DO UPDATE
SET status          = CASE WHEN member.status = 'subscribed' THEN 'unsubscribed' ELSE member.status END,
    since           = CASE WHEN member.status = 'subscribed' THEN excluded.since ELSE member.since END,
    unsubscribed_at = greatest(member.unsubscribed_at, excluded.unsubscribed_at)
WHERE member.status = 'subscribed' OR member.unsubscribed_at IS NULL OR member.unsubscribed_at < excluded.unsubscribed_at
