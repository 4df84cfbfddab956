-- Purpose:    records that are opted out or converted by their newest state that this fetch saw, in the batch or beside it:
--             all in scope, and those out of scope that the sync once took (ADV-1, ADV-4, ADV-7); with the choice that
--             binds the pair, the person, and whether the opt-out is news.
-- Parameters: none; reads the transaction's this_fetch, batch and sighting.
-- Returns:    nothing; makes the transaction's table flagged, one row a record; opt_out is empty without a pair.
CREATE TEMPORARY TABLE flagged ON COMMIT DROP AS
WITH appearance AS (
    SELECT
        batch.record_id, batch.modified_at, batch.record_no, batch.email_key, batch.address_hash, batch.contact_record_id,
        batch.opted_out, batch.converted,
        batch.unmet IS NULL AND (batch.approved OR this_fetch.unapproved <> 'skip') AS in_scope
    FROM batch CROSS JOIN this_fetch
    WHERE batch.record_id IN (
        SELECT record_id FROM batch WHERE opted_out OR converted
        UNION
        SELECT record_id FROM sighting WHERE opted_out OR converted
    )
    UNION ALL
    SELECT record_id, modified_at, NULL, NULL, NULL, contact_record_id, opted_out, converted, false
    FROM sighting
    WHERE gone_at IS NULL OR modified_at >= gone_at
),
latest AS (
    SELECT DISTINCT ON (record_id) appearance.*
    FROM appearance
    ORDER BY record_id, modified_at DESC NULLS LAST, record_no NULLS LAST
)
SELECT
    latest.record_id,
    latest.address_hash,
    latest.contact_record_id,
    latest.opted_out,
    latest.converted AND this_fetch.module = 'Candidates'           AS converted,
    taken.record_id IS NOT NULL                                     AS paired,
    taken.opt_out,
    coalesce(link.contact_id, owner.contact_id)                     AS contact_id,
    -- to this pair: another sync may have seen the flag before, and done what its own choice says
    latest.opted_out AND NOT coalesce(taken.opted_out, link.opted_out, false) AS news
FROM latest
CROSS JOIN this_fetch
-- any row of the pair: it has one a list, and all are bound alike
LEFT JOIN LATERAL (
    SELECT pair.record_id, pair.opt_out, pair.opted_out
    FROM sync.taken_record AS pair
    WHERE pair.sync_no = this_fetch.sync_no AND pair.source_no = this_fetch.source_no AND pair.record_id = latest.record_id
    LIMIT 1
) AS taken ON true
LEFT JOIN contacts.source_link AS link  ON link.source_no = this_fetch.source_no AND link.record_id = latest.record_id
LEFT JOIN contacts.contact     AS owner ON owner.email_key = latest.email_key
WHERE (latest.opted_out OR latest.converted) AND (latest.in_scope OR taken.record_id IS NOT NULL)
