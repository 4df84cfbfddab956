-- Purpose:    campaigns of a list that an account is to have and does not have yet, or of which nobody knows (CAMP-2).
-- Parameters: account, list_id
-- Returns:    campaign_id, name, started_at, completed_at, state: of the outbox, empty if it was never sent; by campaign_id.
--             A campaign that Recruit refused comes again once its name is another; one whose name was taken there is
--             looked for again each day, for that one may have another name by now.
SELECT campaign.campaign_id, campaign.name, campaign.started_at, campaign.completed_at, made.state
FROM contacts.campaign
JOIN contacts.campaign_list AS mailed USING (campaign_id)
LEFT JOIN sync.outbox AS made
    ON made.kind = 'campaign' AND made.account = :account AND made.campaign_id = campaign.campaign_id
WHERE mailed.list_id = :list_id
  AND campaign.origin = 'here'
  AND (
      made.state IS NULL OR made.state IN ('waiting', 'sending', 'unknown')
      OR (made.state = 'refused' AND (
          made.key IS DISTINCT FROM campaign.name
          OR (made.detail = 'name_taken' AND made.changed_at < now() - interval '23 hours')))
  )
ORDER BY campaign.campaign_id
