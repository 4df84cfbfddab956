-- Purpose:    say of rows whose campaign has come that they wait for the person alone.
-- Parameters: none.
-- Returns:    nothing; rows affected are rows set aside.
UPDATE sync.event_set_aside AS waiting
SET reason = 'unknown_contact', detail = 'nobody in the organisation has the address yet: tried again by every import and load'
FROM contacts.campaign
WHERE waiting.reason = 'unknown_campaign' AND campaign.external_id = waiting.campaign
