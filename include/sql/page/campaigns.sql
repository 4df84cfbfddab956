-- Purpose:    campaigns with what their recipients did, newest first (CAMP-6).
-- Parameters: before: only campaigns of a lower number, NULL from the newest; rows: how many.
-- Returns:    a row for each campaign, as the view campaign_response_statistics has it.
SELECT statistics.*
FROM (
    SELECT campaign_id
    FROM contacts.campaign
    WHERE campaign_id < coalesce(CAST(:before AS bigint), 9223372036854775807)
    ORDER BY campaign_id DESC
    LIMIT :rows
) AS page
-- the OFFSET keeps the view in one piece: each campaign's recipients are found by index, the others' are not counted
CROSS JOIN LATERAL (
    SELECT * FROM contacts.campaign_response_statistics AS counted
    WHERE counted.campaign_id = page.campaign_id
    OFFSET 0
) AS statistics
ORDER BY statistics.campaign_id DESC
