-- Purpose:    how many staged rows there are, by kind and by why they are set aside.
-- Parameters: none; reads the transaction's event_row and event.
-- Returns:    kind, reason (null for rows that are written, or known), rows
SELECT told.kind, told.reason, count(*) AS rows
FROM (
    SELECT kind, reason
    FROM event_row
    WHERE reason IS NOT NULL OR kind = 'campaign'
    UNION ALL
    SELECT
        kind,
        CASE WHEN campaign_id IS NULL THEN 'unknown_campaign' WHEN contact_id IS NULL THEN 'unknown_contact' END
    FROM event
    WHERE NOT retried
) AS told
GROUP BY told.kind, told.reason
ORDER BY told.kind, told.reason
