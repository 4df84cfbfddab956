-- Purpose:    keep the rows that could not be written, each once: wrong ones as received, those whose campaign or person is
--             not there yet as understood. Rows of erased people are not kept.
-- Parameters: none; reads the transaction's event_row and event.
-- Returns:    nothing; rows affected are rows set aside, those seen before too.
INSERT INTO sync.event_set_aside AS known (
    kind, reason, detail, raw, digest, file, line, email_key, campaign, response, bounce, at, first_seen_at, last_seen_at
)
SELECT
    kind, reason, detail, raw, digest, file, line, email_key, campaign, response, bounce, at, statement_timestamp(),
    statement_timestamp()
FROM (
    SELECT DISTINCT ON (md5(aside.kind || aside.raw::text)) aside.*, md5(aside.kind || aside.raw::text) AS digest
    FROM (
        SELECT
            row_no, kind, reason, detail, raw, file, line, email_key, NULL AS campaign, NULL AS response, NULL AS bounce,
            NULL::timestamptz AS at
        FROM event_row
        WHERE reason IS NOT NULL AND reason <> 'erased_person'
        UNION ALL
        SELECT
            given.row_no, given.kind,
            CASE WHEN event.campaign_id IS NULL THEN 'unknown_campaign' ELSE 'unknown_contact' END,
            CASE WHEN event.campaign_id IS NULL THEN 'no campaign with this campaign_id is known yet: tried again by every import'
                 ELSE 'nobody in the organisation has the address yet: tried again by every import and load' END,
            jsonb_strip_nulls(jsonb_build_object(
                'campaign_id', given.campaign, 'email', given.email_key, 'response', given.response, 'bounce', given.bounce,
                CASE given.kind WHEN 'send' THEN 'sent_at' ELSE 'happened_at' END, given.at)),
            given.file, given.line, given.email_key, given.campaign, given.response, given.bounce, given.at
        FROM event
        JOIN event_row AS given USING (row_no)
        WHERE NOT event.retried AND (event.campaign_id IS NULL OR event.contact_id IS NULL)
    ) AS aside
    ORDER BY digest, aside.row_no
) AS once
ORDER BY row_no
ON CONFLICT (digest) DO UPDATE SET reason = excluded.reason, detail = excluded.detail, last_seen_at = excluded.last_seen_at
