-- Purpose:    one campaign with what its recipients did (CAMP-6).
-- Parameters: campaign_id.
-- Returns:    one row, as the view campaign_response_statistics has it; none if there is no such campaign.
SELECT *
FROM contacts.campaign_response_statistics
WHERE campaign_id = :campaign_id
