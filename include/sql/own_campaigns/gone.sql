-- Purpose:    note which campaigns a reading did not find any more.
-- Parameters: account, now: the moment of the reading
-- Returns:    nothing; rows affected are campaigns.
UPDATE sync.recruit_campaign
SET gone_at = :now
WHERE account = :account AND gone_at IS NULL AND read_at < :now
