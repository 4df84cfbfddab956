-- Purpose:    when Recruit's own campaigns were read, and why they could not be (CAMP-2).
-- Parameters: none
-- Returns:    account, read_at, error, campaigns; by account.
SELECT account, read_at, error, campaigns FROM sync.campaign_readings ORDER BY account
