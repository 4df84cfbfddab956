-- Purpose:    delete rows of event files that were set aside long ago and never mended, or waited in vain.
-- Parameters: before, waiting_before (for those that wait), most (rows at once)
-- Returns:    nothing; rows affected are rows set aside.
DELETE FROM sync.event_set_aside
WHERE aside_id IN (
    SELECT aside_id
    FROM sync.event_set_aside
    WHERE last_seen_at < CASE WHEN reason IN ('unknown_campaign', 'unknown_contact') 
                            THEN CAST(:waiting_before AS timestamptz) ELSE CAST(:before AS timestamptz) END
    LIMIT :most
)
