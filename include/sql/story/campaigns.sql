-- Purpose:    the campaigns that a person received, and what they did with each, the last first (CAMP-6).
-- Parameters: contact_id
-- Returns:    campaign, external_id, kind, status (CAMP-8), sent_at, responses (list of response and happened_at), last_response_at.
SELECT campaign, external_id, kind, status, sent_at, responses, last_response_at
FROM contacts.person_campaigns
WHERE contact_id = :contact_id
ORDER BY coalesce(sent_at, last_response_at) DESC, campaign_id DESC
