-- Purpose:    write to which lists campaigns were sent: all that a row ever named, older rows too, so that an unsubscribe
--             reaches the same lists in whatever order rows come.
-- Parameters: none; reads the transaction's event_row.
-- Returns:    nothing; rows affected are pairs of campaign and list.
INSERT INTO contacts.campaign_list (campaign_id, list_id)
SELECT DISTINCT campaign.campaign_id, list.list_id
FROM event_row AS given
CROSS JOIN LATERAL jsonb_array_elements_text(given.lists) AS named (list_name)
JOIN contacts.campaign ON campaign.external_id = given.campaign
JOIN contacts.mailing_list AS list ON list.name = named.list_name
WHERE given.kind = 'campaign' AND given.reason IS NULL
ON CONFLICT DO NOTHING
