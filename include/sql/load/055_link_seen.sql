-- Purpose:    remember of records that were not taken, and of those out of scope, whether they are opted out, and that
--             they are live again, unless deleted since this fetch began to read (ADV-1, ADV-2, ADV-7). Run after load/050_source_link.
-- Parameters: none; reads the transaction's this_fetch, batch, sighting and flagged.
-- Returns:    nothing; rows affected are links marked.
UPDATE contacts.source_link AS link
SET opted_out = seen.opted_out,
    gone_at   = CASE WHEN link.gone_at > this_fetch.source_clock AND (seen.changed_at >= link.gone_at) IS NOT TRUE THEN link.gone_at END,
    gone_kind = CASE WHEN link.gone_at > this_fetch.source_clock AND (seen.changed_at >= link.gone_at) IS NOT TRUE THEN link.gone_kind END
FROM this_fetch
CROSS JOIN (
    SELECT DISTINCT ON (appearance.record_id)
        appearance.record_id, appearance.opted_out,
        max(appearance.modified_at) OVER (PARTITION BY appearance.record_id) AS changed_at
    FROM (
        SELECT record_id, NULL::timestamptz AS modified_at, opted_out, 0 AS place FROM flagged
        UNION ALL
        -- of those without a flag only who had one, or was gone
        SELECT marked.record_id, batch.modified_at, batch.opted_out, 1
        FROM contacts.source_link AS marked
        JOIN this_fetch AS present USING (source_no)
        JOIN batch USING (record_id)
        WHERE marked.opted_out OR marked.gone_at IS NOT NULL
        UNION ALL
        SELECT record_id, modified_at, opted_out, 2
        FROM sighting
        WHERE gone_at IS NULL OR modified_at >= gone_at
    ) AS appearance
    ORDER BY appearance.record_id, appearance.place <> 0, appearance.modified_at DESC NULLS LAST, appearance.place
) AS seen
WHERE link.source_no = this_fetch.source_no
  AND link.record_id = seen.record_id
  AND (link.opted_out <> seen.opted_out OR link.gone_at <= this_fetch.source_clock OR seen.changed_at >= link.gone_at
       OR (link.gone_at IS NOT NULL AND this_fetch.source_clock IS NULL))
